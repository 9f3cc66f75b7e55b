using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// RegNetY (Radosavovic et al., arXiv 2003.13678): widths of blocks on a quantised line (section 3.3), groups of a fixed width,
/// squeeze and excitation after the 3x3 convolution. Names and rounding are timm's.
/// </summary>
internal sealed class RegNet : ImageClassifier
{
    private const int StemWidth = 32, Quantum = 8;
    private const double ClassifierStd = 0.01;

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } =
    [
        Member(new() { Name = "regnety_040", CropPct = 0.95, TestInputSize = 288, TestCropPct = 1.0 }, new Line(22, 96, 31.41, 2.24, 64)),
        Member(new() { Name = "regnety_080", CropPct = 0.95, TestInputSize = 288, TestCropPct = 1.0 }, new Line(17, 192, 76.82, 2.19, 56)),
        Member(new() { Name = "regnety_160", CropPct = 0.95, TestInputSize = 288, TestCropPct = 1.0 }, new Line(18, 200, 106.23, 2.48, 112)),
        Member(new() { Name = "regnety_320", CropPct = 0.965 }, new Line(20, 232, 115.89, 2.53, 232)),
    ];

    private readonly ModelOptions _options;

    private RegNet(ModelConfig config, Line line, ModelOptions options) : base(config)
    {
        _options = options;
        ConvNorm stem = Layer(3, StemWidth, 3, stride: 2);
        register_module("stem", Named(stem));
        AddStage("stem", new Stem([stem], Activation.Relu, pool: null));

        int channels = StemWidth, block = 0, stage = 1;
        foreach (IGrouping<int, int> widths in line.Widths().GroupBy(width => width))
        {
            int group = Math.Min(line.GroupWidth, widths.Key);
            // Half to even, as Python rounds.
            int width = (int)Math.Round((double)widths.Key / group) * group;
            var blocks = new Bottleneck[widths.Count()];
            for (int i = 0; i < blocks.Length; i++)
            {
                double rate = DropPath.RateOf(options.DropPath, block++, line.Depth);
                blocks[i] = MakeBlock(channels, width, i == 0 ? 2 : 1, group, rate);
                channels = width;
            }

            string name = $"s{stage++}";
            register_module(name, Sequential(blocks.Select((each, i) => ($"b{i + 1}", (Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>)each)).ToArray()));
            for (int i = 0; i < blocks.Length; i++)
            {
                AddStage(i == blocks.Length - 1 ? name : $"{name}.b{i + 1}", blocks[i]);
            }
        }

        var classifier = new Classifier(channels, config.NumClasses, options.Dropout, new Fill.Normal(ClassifierStd), new Fill.Constant(0));
        register_module("head", Sequential(("fc", classifier)));
        AddStage("head", new MeanHead(classifier));
    }

    /// <inheritdoc/>
    public override string ClassifierName => "head.fc";

    private static Architecture Member(ModelConfig config, Line line) => new(config, (own, options) => new RegNet(own, line, options));

    private Bottleneck MakeBlock(int input, int output, int stride, int group, double dropPath)
    {
        ConvNorm[] layers =
        [
            Layer(input, output, 1),
            Layer(output, output, 3, stride, output / group),
            Layer(output, output, 1, fill: _options.ZeroInitLast ? 0 : 1),
        ];
        ConvNorm? shortcut = input != output || stride != 1 ? Layer(input, output, 1, stride) : null;
        // Its channels are a quarter of the block's input, half to even.
        var gate = new SqueezeExcite(output, (int)Math.Round(input * 0.25), Activation.Relu, ("fc1", "fc2"), _ => new Fill.Constant(0));
        return new Bottleneck(layers, gate, shortcut, dropPath);
    }

    private ConvNorm Layer(int input, int output, int kernel, int stride = 1, int groups = 1, double fill = 1) =>
        new(new Convolution(input, output, kernel, Convolution.FanOut(output, kernel, groups), stride, groups: groups), new BatchNorm(output, _options.BatchNormMomentum, fill: fill));

    private static TorchSharp.Modules.Sequential Named(ConvNorm layers) => Sequential(("conv", layers.Convolution), ("bn", layers.Norm));

    /// <summary>The line of widths: at block i it is w0 + wa * i, taken to the nearest w0 * wm^k, then to a multiple of eight.</summary>
    private sealed record Line(int Depth, int W0, double Wa, double Wm, int GroupWidth)
    {
        public IEnumerable<int> Widths() => Enumerable.Range(0, Depth).Select(i =>
        {
            double exponent = Math.Round(Math.Log((W0 + Wa * i) / W0) / Math.Log(Wm));
            return (int)Math.Round(W0 * Math.Pow(Wm, exponent) / Quantum) * Quantum;
        });
    }

    /// <summary>1x1, grouped 3x3, gate, 1x1, and a way around.</summary>
    private sealed class Bottleneck : Block
    {
        private readonly ConvNorm[] _layers;
        [ComponentName(Name = "se")] private readonly SqueezeExcite _gate;
        private readonly ConvNorm? _shortcut;
        [ComponentName(Name = "drop_path")] private readonly DropPath? _drop;

        public Bottleneck(ConvNorm[] layers, SqueezeExcite gate, ConvNorm? shortcut, double dropPath) : base(nameof(Bottleneck))
        {
            _layers = layers;
            _gate = gate;
            _shortcut = shortcut;
            register_module("conv1", Named(layers[0]));
            register_module("conv2", Named(layers[1]));
            register_module("conv3", Named(layers[2]));
            if (shortcut is not null)
            {
                register_module("downsample", Named(shortcut));
            }

            _drop = dropPath > 0 ? new DropPath(dropPath) : null;
            RegisterComponents();
        }

        public override T Apply<T>(IOperations<T> operations, T input)
        {
            T x = operations.Activate(Activation.Relu, operations.ConvolveAndNormalise(_layers[0], input));
            x = operations.Activate(Activation.Relu, operations.ConvolveAndNormalise(_layers[1], x));
            x = operations.ConvolveAndNormalise(_layers[2], _gate.Apply(operations, x));
            T around = _shortcut is null ? input : operations.ConvolveAndNormalise(_shortcut, input);
            return operations.Activate(Activation.Relu, operations.Add(operations.Drop(_drop, x), around));
        }
    }
}
