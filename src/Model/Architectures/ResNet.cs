using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>ResNets (He et al., arXiv 1512.03385) as timm has them, stride in the 3x3 convolution; and small ones for small images.</summary>
internal sealed class ResNet : ImageClassifier
{
    private const int Expansion = 4;

    /// <summary>The family's members.</summary>
    public static IEnumerable<(string Name, Func<string, ModelOptions, int, ImageClassifier> Create)> Architectures { get; } =
    [
        Member("resnet18", new Shape([2, 2, 2, 2]), new() { Name = "", NumClasses = 0, CropPct = 0.95 }),
        Member("resnet34", new Shape([3, 4, 6, 3]), new() { Name = "", NumClasses = 0, CropPct = 0.95 }),
        Member("resnet50", new Shape([3, 4, 6, 3], Bottleneck: true), new() { Name = "", NumClasses = 0, CropPct = 0.95 }),
        Member("resnet101", new Shape([3, 4, 23, 3], Bottleneck: true), new() { Name = "", NumClasses = 0, CropPct = 0.95 }),
        Member("resnet152", new Shape([3, 8, 36, 3], Bottleneck: true), new() { Name = "", NumClasses = 0, CropPct = 0.95 }),
        // For images of 32 pixels: a 3x3 stem, no pooling.
        Member("resnet18_cifar", new Shape([2, 2, 2, 2], SmallStem: true), Small),
        Member("resnet34_cifar", new Shape([3, 4, 6, 3], SmallStem: true), Small),
        // Section 4.2 of the paper, with projections where it pads with zeros.
        Member("resnet20_cifar", new Shape([3, 3, 3], Width: 16, SmallStem: true), Small),
        Member("resnet56_cifar", new Shape([9, 9, 9], Width: 16, SmallStem: true), Small),
        // For demonstrations on a CPU: a block a stage, half as wide.
        Member("resnet10_narrow", new Shape([1, 1, 1, 1], Width: 32), new() { Name = "", NumClasses = 0, InputSize = 64, CropPct = 0.95 }),
    ];

    private readonly Shape _shape;
    private readonly ModelOptions _options;

    private ResNet(ModelConfig config, Shape shape, ModelOptions options) : base(config)
    {
        _shape = shape;
        _options = options;
        int width = shape.Width;
        Convolution stem = shape.SmallStem ? new Convolution(3, width, 3) : new Convolution(3, width, 7, stride: 2, padding: 3);
        var norm = new BatchNorm(width, options.BatchNormMomentum);
        register_module("conv1", stem);
        register_module("bn1", norm);
        AddStage(shape.SmallStem ? "act1" : "maxpool", x =>
        {
            Tensor y = functional.relu(norm.forward(stem.forward(x)), inplace: true);
            return shape.SmallStem ? y : functional.max_pool2d(y, 3, stride: 2, padding: 1);
        });

        int channels = width, block = 0;
        for (int stage = 0; stage < shape.Blocks.Length; stage++)
        {
            Module<Tensor, Tensor>[] blocks = new Module<Tensor, Tensor>[shape.Blocks[stage]];
            for (int i = 0; i < blocks.Length; i++)
            {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                blocks[i] = MakeBlock(channels, width << stage, stride, block++);
                channels = (width << stage) * (shape.Bottleneck ? Expansion : 1);
            }

            string name = $"layer{stage + 1}";
            register_module(name, ModuleList(blocks));
            for (int i = 0; i < blocks.Length; i++)
            {
                AddStage($"{name}{(i == blocks.Length - 1 ? "" : $".{i}")}", blocks[i].forward);
            }
        }

        var classifier = new Classifier(channels, config.NumClasses, options.Dropout);
        register_module("fc", classifier);
        AddStage("fc", x => classifier.forward(x.mean([2, 3])));
    }

    private static ModelConfig Small => new()
    {
        Name = "",
        NumClasses = 0,
        InputSize = 32,
        CropPct = 1.0,
        Mean = [0.4914, 0.4822, 0.4465],
        Std = [0.2470, 0.2435, 0.2616],
        Interpolation = Interpolation.Bicubic,
    };

    private Block MakeBlock(int input, int width, int stride, int number)
    {
        double rate = DropPath.RateOf(_options.DropPath, number, _shape.Blocks.Sum());
        double last = _options.ZeroInitLast ? 0 : 1;
        int output = width * (_shape.Bottleneck ? Expansion : 1);
        (Convolution, BatchNorm)[] layers = _shape.Bottleneck
            ? [(new(input, width, 1), Norm(width)), (new(width, width, 3, stride: stride), Norm(width)), (new(width, output, 1), Norm(output, last))]
            : [(new(input, width, 3, stride: stride), Norm(width)), (new(width, width, 3), Norm(width, last))];
        (Convolution, BatchNorm)? shortcut = stride != 1 || input != output ? (new(input, output, 1, stride: stride), Norm(output)) : null;
        return new Block(layers, shortcut, rate);
    }

    private BatchNorm Norm(int channels, double fill = 1) => new(channels, _options.BatchNormMomentum, fill: fill);

    private static (string Name, Func<string, ModelOptions, int, ImageClassifier> Create) Member(string name, Shape shape, ModelConfig config) =>
        (name, (own, options, classes) => new ResNet(config with { Name = own, NumClasses = classes }, shape, options));

    /// <summary>What distinguishes the members.</summary>
    private sealed record Shape(int[] Blocks, bool Bottleneck = false, int Width = 64, bool SmallStem = false);

    /// <summary>Two or three convolutions, and a way around them.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly (Convolution Convolution, BatchNorm Norm)[] _layers;
        private readonly (Convolution Convolution, BatchNorm Norm)? _shortcut;
        [ComponentName(Name = "drop_path")] private readonly DropPath? _drop;

        public Block((Convolution Convolution, BatchNorm Norm)[] layers, (Convolution Convolution, BatchNorm Norm)? shortcut, double dropPath) : base(nameof(Block))
        {
            _layers = layers;
            _shortcut = shortcut;
            for (int i = 0; i < layers.Length; i++)
            {
                register_module($"conv{i + 1}", layers[i].Convolution);
                register_module($"bn{i + 1}", layers[i].Norm);
            }

            if (shortcut is { } way)
            {
                register_module("downsample", Sequential(("0", way.Convolution), ("1", way.Norm)));
            }

            _drop = dropPath > 0 ? new DropPath(dropPath) : null;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Tensor x = input;
            for (int i = 0; i < _layers.Length; i++)
            {
                x = _layers[i].Norm.forward(_layers[i].Convolution.forward(x));
                x = i < _layers.Length - 1 ? functional.relu(x, inplace: true) : x;
            }

            x = _drop?.forward(x) ?? x;
            Tensor around = _shortcut is { } way ? way.Norm.forward(way.Convolution.forward(input)) : input;
            return functional.relu(x.add_(around), inplace: true);
        }
    }
}
