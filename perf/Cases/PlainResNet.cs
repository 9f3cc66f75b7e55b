using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Perf.Cases;

/// <summary>ResNet-18 as anyone would write it with TorchSharp's own modules: the yardstick of <see cref="StepCase"/>.</summary>
internal sealed class PlainResNet : Module<Tensor, Tensor>
{
    private readonly Sequential _layers;

    public PlainResNet(int classes) : base("plain")
    {
        _layers = Sequential(
            ("conv1", Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false)),
            ("bn1", BatchNorm2d(64)),
            ("relu", ReLU(inplace: true)),
            ("maxpool", MaxPool2d(3, stride: 2, padding: 1)),
            ("layer1", Stage(64, 64, 1)),
            ("layer2", Stage(64, 128, 2)),
            ("layer3", Stage(128, 256, 2)),
            ("layer4", Stage(256, 512, 2)),
            ("pool", AdaptiveAvgPool2d(1)),
            ("flatten", Flatten()),
            ("fc", Linear(512, classes)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _layers.forward(input);

    /// <summary>Gives the convolutions' weights the channels-last layout; without it the comparison would be of layouts.</summary>
    public void ToChannelsLast()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach ((_, Parameter parameter) in named_parameters())
        {
            if (parameter.dim() == 4)
            {
                parameter.set_(parameter.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
            }
        }
    }

    private static Sequential Stage(int input, int output, int stride) =>
        Sequential(("0", new Block(input, output, stride)), ("1", new Block(output, output, 1)));

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential _body;
        private readonly Sequential? _shortcut;

        public Block(int input, int output, int stride) : base("block")
        {
            _body = Sequential(
                ("conv1", Conv2d(input, output, 3, stride: stride, padding: 1, bias: false)),
                ("bn1", BatchNorm2d(output)),
                ("relu", ReLU(inplace: true)),
                ("conv2", Conv2d(output, output, 3, padding: 1, bias: false)),
                ("bn2", BatchNorm2d(output)));
            if (stride != 1 || input != output)
            {
                _shortcut = Sequential(("conv", Conv2d(input, output, 1, stride: stride, bias: false)), ("bn", BatchNorm2d(output)));
            }

            RegisterComponents();
        }

        public override Tensor forward(Tensor input) =>
            functional.relu(_body.forward(input).add_(_shortcut?.forward(input) ?? input), inplace: true);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _body.Dispose();
                _shortcut?.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _layers.Dispose();
        }

        base.Dispose(disposing);
    }
}
