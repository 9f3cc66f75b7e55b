using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// ResNets (He et al., arXiv 1512.03385) as timm has them, stride in the 3x3 convolution, and what grew out of them: deep stems
/// and averaging shortcuts (D; He et al., arXiv 1812.01187), groups (ResNeXt, arXiv 1611.05431), gates (SE, arXiv 1709.01507;
/// ECA, arXiv 1910.03151); and small ones for small images.
/// </summary>
internal sealed class ResNet : ImageClassifier
{
    private const int Expansion = 4;

    private static readonly Shape s_resNet50 = new([3, 4, 6, 3], Bottleneck: true);
    private static readonly Shape s_resNet50D = s_resNet50 with { DeepStem = [32, 32], Averages = true };

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } =
    [
        Member(RsbConfig("resnet18"), new Shape([2, 2, 2, 2])),
        Member(RsbConfig("resnet34"), new Shape([3, 4, 6, 3])),
        Member(RsbConfig("resnet50"), s_resNet50),
        Member(RsbConfig("resnet101"), s_resNet50 with { Blocks = [3, 4, 23, 3] }),
        Member(RsbConfig("resnet152"), s_resNet50 with { Blocks = [3, 8, 36, 3] }),
        Member(new() { Name = "resnet50d", TestInputSize = 288, TestCropPct = 0.95 }, s_resNet50D),
        Member(RsbConfig("resnext50_32x4d"), s_resNet50 with { Groups = 32, GroupWidth = 4 }),
        Member(RsbConfig("seresnet50"), s_resNet50 with { Gate = Gates.SqueezeExcite }),
        Member(new() { Name = "ecaresnet50t", InputSize = 256, TestInputSize = 320, TestCropPct = 0.95, CostSize = 224 },
            s_resNet50D with { DeepStem = [24, 32], Gate = Gates.Efficient }),
        Member(new() { Name = "ecaresnet269d", InputSize = 320, TestInputSize = 352, CropPct = 0.95, TestCropPct = 1.0, CostSize = 416 },
            s_resNet50D with { Blocks = [3, 30, 48, 8], Gate = Gates.Efficient }),
        Member(new() { Name = "senet154" },
            new Shape([3, 8, 36, 3], Bottleneck: true, DeepStem: [64, 64], StemWidth: 128, Groups: 64, GroupWidth: 4, ReduceFirst: 2, ShortcutKernel: 3, Gate: Gates.SqueezeExcite)),
        // For images of 32 pixels: a 3x3 stem, no pooling.
        Member(ModelConfig.Cifar("resnet18_cifar"), new Shape([2, 2, 2, 2], SmallStem: true)),
        Member(ModelConfig.Cifar("resnet34_cifar"), new Shape([3, 4, 6, 3], SmallStem: true)),
        // Section 4.2 of the paper, with projections where it pads with zeros.
        Member(ModelConfig.Cifar("resnet20_cifar"), new Shape([3, 3, 3], Width: 16, StemWidth: 16, SmallStem: true)),
        Member(ModelConfig.Cifar("resnet56_cifar"), new Shape([9, 9, 9], Width: 16, StemWidth: 16, SmallStem: true)),
        // For demonstrations on a CPU: a block a stage, half as wide.
        Member(new() { Name = "resnet10_narrow", InputSize = 64, CropPct = 0.95 }, new Shape([1, 1, 1, 1], Width: 32, StemWidth: 32)),
    ];

    private readonly Shape _shape;
    private readonly ModelOptions _options;

    private ResNet(ModelConfig config, Shape shape, ModelOptions options) : base(config)
    {
        _shape = shape;
        _options = options;
        Stem stem = MakeStem();
        AddStage(shape.SmallStem ? "act1" : "maxpool", stem);
        int channels = shape.StemWidth, block = 0;
        for (int stage = 0; stage < shape.Blocks.Length; stage++)
        {
            var blocks = new ResidualBlock[shape.Blocks[stage]];
            for (int i = 0; i < blocks.Length; i++)
            {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                blocks[i] = MakeBlock(channels, shape.Width << stage, stride, block++);
                channels = (shape.Width << stage) * (shape.Bottleneck ? Expansion : 1);
            }

            string name = $"layer{stage + 1}";
            register_module(name, ModuleList(blocks));
            for (int i = 0; i < blocks.Length; i++)
            {
                AddStage($"{name}{(i == blocks.Length - 1 ? "" : $".{i}")}", blocks[i]);
            }
        }

        var classifier = new Classifier(channels, config.NumClasses, options.Dropout);
        register_module(ClassifierName, classifier);
        AddStage(ClassifierName, new MeanHead(classifier));
    }

    /// <inheritdoc/>
    public override string ClassifierName => "fc";

    private enum Gates
    {
        None,
        SqueezeExcite,
        Efficient,
    }

    /// <summary>The configuration of weights from the paper <i>ResNet strikes back</i>.</summary>
    private static ModelConfig RsbConfig(string name) => new() { Name = name, CropPct = 0.95, TestInputSize = 288, TestCropPct = 1.0 };

    private static Architecture Member(ModelConfig config, Shape shape) => new(config, (own, options) => new ResNet(own, shape, options));

    /// <summary>One convolution, or three of which the first two have widths of their own.</summary>
    private Stem MakeStem()
    {
        int width = _shape.StemWidth;
        BatchNorm last = Norm(width);
        ConvNorm[] layers;
        if (_shape.DeepStem is [var first, var second])
        {
            Convolution[] convolutions = [new(3, first, 3, stride: 2), new(first, second, 3), new(second, width, 3)];
            BatchNorm[] norms = [Norm(first), Norm(second), last];
            // Numbers 2 and 5 are activations.
            register_module("conv1", Sequential(
                ("0", convolutions[0]), ("1", norms[0]), ("3", convolutions[1]), ("4", norms[1]), ("6", convolutions[2])));
            layers = [.. convolutions.Zip(norms, (convolution, norm) => new ConvNorm(convolution, norm))];
        }
        else
        {
            Convolution only = _shape.SmallStem ? new Convolution(3, width, 3) : new Convolution(3, width, 7, stride: 2);
            register_module("conv1", only);
            layers = [new ConvNorm(only, last)];
        }

        register_module("bn1", last);
        return new Stem(layers, Activation.Relu, _shape.SmallStem ? null : new PoolShape(3, 2, 1, false));
    }

    private ResidualBlock MakeBlock(int input, int planes, int stride, int number)
    {
        double rate = DropPath.RateOf(_options.DropPath, number, _shape.Blocks.Sum());
        double last = _options.ZeroInitLast ? 0 : 1;
        int width = planes * _shape.GroupWidth / 64 * _shape.Groups, first = width / _shape.ReduceFirst;
        int output = planes * (_shape.Bottleneck ? Expansion : 1);
        ConvNorm[] layers = _shape.Bottleneck
            ? [
                new(new(input, first, 1), Norm(first)),
                new(new(first, width, 3, stride: stride, groups: _shape.Groups), Norm(width)),
                new(new(width, output, 1), Norm(output, last)),
            ]
            : [new(new(input, planes, 3, stride: stride), Norm(planes)), new(new(planes, planes, 3), Norm(planes, last))];
        (string, Block)? gate = _shape.Gate switch
        {
            Gates.SqueezeExcite => ("se", new SqueezeExcite(output, output / 16, Activation.Relu, ("fc1", "fc2"), Convolution.FanIn)),
            Gates.Efficient => ("se", new EfficientChannelAttention(output)),
            _ => null,
        };
        bool changes = stride != 1 || input != output, halves = _shape.Averages && stride != 1;
        int kernel = stride == 1 || halves ? 1 : _shape.ShortcutKernel;
        ConvNorm? shortcut = changes ? new(new(input, output, kernel, stride: halves ? 1 : stride), Norm(output)) : null;
        return new ResidualBlock(layers, shortcut, halves, _shape.Averages, gate, rate);
    }

    private BatchNorm Norm(int channels, double fill = 1) => new(channels, _options.BatchNormMomentum, fill: fill);

    /// <summary>What distinguishes the members.</summary>
    /// <param name="Blocks">Blocks a stage.</param>
    /// <param name="Bottleneck">Three convolutions a block, or two.</param>
    /// <param name="Width">Width of the first stage; it doubles with each.</param>
    /// <param name="StemWidth">Channels after the stem.</param>
    /// <param name="SmallStem">A 3x3 convolution and no pooling.</param>
    /// <param name="DeepStem">Three convolutions, the first two of these widths.</param>
    /// <param name="Averages">The shortcut takes means of 2x2 pixels where it halves the image.</param>
    /// <param name="ShortcutKernel">Kernel of the shortcut where it halves the image.</param>
    /// <param name="Groups">Groups of the 3x3 convolution.</param>
    /// <param name="GroupWidth">Width of a group, for a stage of width 64.</param>
    /// <param name="ReduceFirst">How much narrower the first convolution of a block is than the second.</param>
    /// <param name="Gate">The gate of a block.</param>
    private sealed record Shape(
        int[] Blocks, bool Bottleneck = false, int Width = 64, int StemWidth = 64, bool SmallStem = false, int[]? DeepStem = null, bool Averages = false,
        int ShortcutKernel = 1, int Groups = 1, int GroupWidth = 64, int ReduceFirst = 1, Gates Gate = Gates.None);
}
