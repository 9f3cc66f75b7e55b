using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// EfficientNets (Tan and Le, arXiv 1905.11946) and timm's first EfficientNetV2 (rw; arXiv 2104.00298 as its figures read before
/// the code was out). Names, rounding and padding are timm's.
/// </summary>
internal sealed class EfficientNet : ImageClassifier
{
    private const double GateRatio = 0.25;

    /// <summary>Table 1 of the paper.</summary>
    private static readonly Row[] s_first =
    [
        new(Kind.Separable, 1, 3, 1, 1, 16), new(Kind.Inverted, 2, 3, 2, 6, 24), new(Kind.Inverted, 2, 5, 2, 6, 40), new(Kind.Inverted, 3, 3, 2, 6, 80),
        new(Kind.Inverted, 3, 5, 1, 6, 112), new(Kind.Inverted, 4, 5, 2, 6, 192), new(Kind.Inverted, 1, 3, 1, 6, 320),
    ];

    private static readonly Row[] s_second =
    [
        new(Kind.Fused, 2, 3, 1, 1, 24), new(Kind.Fused, 4, 3, 2, 4, 48), new(Kind.Fused, 4, 3, 2, 4, 64),
        new(Kind.Inverted, 6, 3, 2, 4, 128), new(Kind.Inverted, 9, 3, 1, 6, 160), new(Kind.Inverted, 15, 3, 2, 6, 272),
    ];

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } =
    [
        First(new() { Name = "efficientnet_b0" }, 1.0, 1.0),
        First(new() { Name = "efficientnet_b1", TestInputSize = 256, CropPct = 1.0, CostSize = 240 }, 1.0, 1.1),
        First(new() { Name = "efficientnet_b2", InputSize = 256, TestInputSize = 288, CropPct = 1.0, CostSize = 260 }, 1.1, 1.2),
        First(new() { Name = "efficientnet_b3", InputSize = 288, TestInputSize = 320, CropPct = 1.0, CostSize = 300 }, 1.2, 1.4),
        First(new() { Name = "efficientnet_b4", InputSize = 320, TestInputSize = 384, CropPct = 1.0, CostSize = 380 }, 1.4, 1.8),
        Second(new() { Name = "efficientnetv2_rw_s", InputSize = 288, TestInputSize = 384, CropPct = 1.0, CostSize = 384 }, 1.0, [1, 1, 1, 1, 1, 1]),
        Second(new() { Name = "efficientnetv2_rw_m", InputSize = 320, TestInputSize = 416, CropPct = 1.0, CostSize = 384 }, 1.2, [1.2, 1.2, 1.2, 1.2, 1.6, 1.6]),
    ];

    private readonly ModelOptions _options;

    private EfficientNet(ModelConfig config, Shape shape, ModelOptions options) : base(config)
    {
        _options = options;
        int channels = RoundChannels(shape.Stem * shape.Width);
        ConvNorm stem = Layer(3, channels, 3, stride: 2);
        register_module("conv_stem", stem.Convolution);
        register_module("bn1", stem.Norm);
        AddStage("stem", new Stem([stem], Activation.Silu, pool: null));

        int[] counts = [.. shape.Rows.Select((row, i) => (int)Math.Ceiling(row.Repeats * shape.Depth[i]))];
        int total = counts.Sum(), number = 0;
        var stages = new Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>[counts.Length];
        for (int stage = 0; stage < counts.Length; stage++)
        {
            var blocks = new InvertedBlock[counts[stage]];
            int output = RoundChannels(shape.Rows[stage].Channels * shape.Width);
            for (int i = 0; i < blocks.Length; i++)
            {
                // Over all blocks the rate grows to that of one block more than there is.
                blocks[i] = MakeBlock(shape.Rows[stage], channels, output, i == 0, options.DropPath * number++ / total);
                channels = output;
                AddStage(i == blocks.Length - 1 ? $"blocks.{stage}" : $"blocks.{stage}.{i}", blocks[i]);
            }

            stages[stage] = Sequential(blocks);
        }

        register_module("blocks", Sequential(stages));
        int features = RoundChannels(shape.Head * shape.Width);
        ConvNorm head = Layer(channels, features, 1);
        register_module("conv_head", head.Convolution);
        register_module("bn2", head.Norm);
        AddStage("head", new Stem([head], Activation.Silu, pool: null));
        var classifier = new Classifier(features, config.NumClasses, options.Dropout, new Fill.Uniform(1 / Math.Sqrt(config.NumClasses)), new Fill.Constant(0));
        register_module(ClassifierName, classifier);
        AddStage(ClassifierName, new MeanHead(classifier));
    }

    private enum Kind
    {
        /// <summary>Depthwise, gate, 1x1.</summary>
        Separable,

        /// <summary>1x1 that widens, depthwise, gate, 1x1.</summary>
        Inverted,

        /// <summary>A whole convolution that widens, 1x1.</summary>
        Fused,
    }

    /// <inheritdoc/>
    public override string ClassifierName => "classifier";

    private static Architecture First(ModelConfig config, double width, double depth) => Member(config, new Shape(s_first, 32, 1280, width, [.. s_first.Select(_ => depth)]));

    private static Architecture Second(ModelConfig config, double width, double[] depth) => Member(config, new Shape(s_second, 24, 1792, width, depth));

    private static Architecture Member(ModelConfig config, Shape shape) => new(config, (own, options) => new EfficientNet(own, shape, options));

    /// <summary>The nearest multiple of eight, but not below nine tenths.</summary>
    private static int RoundChannels(double channels)
    {
        const int Divisor = 8;
        int rounded = Math.Max(Divisor, (int)(channels + Divisor / 2) / Divisor * Divisor);
        return rounded < 0.9 * channels ? rounded + Divisor : rounded;
    }

    private InvertedBlock MakeBlock(Row row, int input, int output, bool first, double dropPath)
    {
        int stride = first ? row.Stride : 1, middle = RoundChannels(input * row.Expansion);
        (string, ConvNorm)[] layers = row.Kind switch
        {
            Kind.Separable => [("conv_dw", Layer(input, input, row.Kernel, stride, input)), ("conv_pw", Layer(input, output, 1))],
            Kind.Inverted =>
            [
                ("conv_pw", Layer(input, middle, 1)), ("conv_dw", Layer(middle, middle, row.Kernel, stride, middle)), ("conv_pwl", Layer(middle, output, 1)),
            ],
            _ => [("conv_exp", Layer(input, middle, row.Kernel, stride)), ("conv_pwl", Layer(middle, output, 1))],
        };
        // A quarter of the block's input, told as a share of what the gate sees; half to even.
        SqueezeExcite? gate = row.Kind == Kind.Fused
            ? null
            : new SqueezeExcite(middle, (int)Math.Round(middle * (GateRatio / row.Expansion)), Activation.Silu, ("conv_reduce", "conv_expand"), _ => new Fill.Constant(0));
        return new InvertedBlock(layers, gate, stride == 1 && input == output, dropPath);
    }

    private ConvNorm Layer(int input, int output, int kernel, int stride = 1, int groups = 1) =>
        new(new Convolution(input, output, kernel, Convolution.FanOut(output, kernel, groups), stride, groups: groups), new BatchNorm(output, _options.BatchNormMomentum));

    /// <summary>A stage: so many blocks, the first with the stride.</summary>
    private sealed record Row(Kind Kind, int Repeats, int Kernel, int Stride, int Expansion, int Channels);

    private sealed record Shape(Row[] Rows, int Stem, int Head, double Width, double[] Depth);

    /// <summary>Convolutions, an activation after all but the last, a gate before that; and where sizes allow, a way around.</summary>
    private sealed class InvertedBlock : Block
    {
        private readonly ConvNorm[] _layers;
        [ComponentName(Name = "se")] private readonly SqueezeExcite? _gate;
        private readonly bool _skips;
        [ComponentName(Name = "drop_path")] private readonly DropPath? _drop;

        public InvertedBlock((string Name, ConvNorm Layer)[] layers, SqueezeExcite? gate, bool skips, double dropPath) : base(nameof(InvertedBlock))
        {
            _layers = [.. layers.Select(layer => layer.Layer)];
            _gate = gate;
            _skips = skips;
            for (int i = 0; i < layers.Length; i++)
            {
                register_module(layers[i].Name, layers[i].Layer.Convolution);
                register_module($"bn{i + 1}", layers[i].Layer.Norm);
            }

            _drop = dropPath > 0 ? new DropPath(dropPath) : null;
            RegisterComponents();
        }

        public override T Apply<T>(IOperations<T> operations, T input)
        {
            T x = input;
            foreach (ConvNorm layer in _layers.AsSpan(0, _layers.Length - 1))
            {
                x = operations.Activate(Activation.Silu, operations.ConvolveAndNormalise(layer, x));
            }

            x = operations.ConvolveAndNormalise(_layers[^1], _gate is null ? x : _gate.Apply(operations, x));
            return _skips ? operations.Add(operations.Drop(_drop, x), input) : x;
        }
    }
}
