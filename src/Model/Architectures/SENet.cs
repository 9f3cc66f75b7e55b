using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// SENet-154 (Hu et al., arXiv 1709.01507) as its authors published it, timm's <c>legacy_senet154</c>: the names of the Caffe
/// port, a pooling that reaches over the edge, no stochastic depth, no norm that starts at zero. timm's later
/// <c>senet154</c> is a <see cref="ResNet"/>.
/// </summary>
internal sealed class SENet : ImageClassifier
{
    private const int Expansion = 4, Groups = 64, Reduction = 16, StemWidth = 64, Inputs = 128;

    private static readonly int[] s_blocks = [3, 8, 36, 3];

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } =
    [
        new(new() { Name = "legacy_senet154", Interpolation = Pipeline.Transforms.Interpolation.Bilinear }, (config, options) => new SENet(config, options)),
    ];

    private readonly ModelOptions _options;

    private SENet(ModelConfig config, ModelOptions options) : base(config)
    {
        _options = options;
        ConvNorm[] stem =
        [
            new(new(3, StemWidth, 3, stride: 2), Norm(StemWidth)),
            new(new(StemWidth, StemWidth, 3), Norm(StemWidth)),
            new(new(StemWidth, Inputs, 3), Norm(Inputs)),
        ];
        register_module("layer0", Sequential(
            ("conv1", stem[0].Convolution), ("bn1", stem[0].Norm), ("conv2", stem[1].Convolution), ("bn2", stem[1].Norm), ("conv3", stem[2].Convolution), ("bn3", stem[2].Norm)));
        AddStage("layer0", new Stem(stem, Activation.Relu, pool: null));
        // Over the edge instead of padding: Caffe's rule.
        AddStage("pool0", new Stem([], Activation.Relu, new PoolShape(3, 2, 0, Ceil: true)));

        int channels = Inputs;
        for (int stage = 0; stage < s_blocks.Length; stage++)
        {
            int planes = 64 << stage;
            var blocks = new ResidualBlock[s_blocks[stage]];
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = MakeBlock(channels, planes, i == 0 && stage > 0 ? 2 : 1);
                channels = planes * Expansion;
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
    public override string ClassifierName => "last_linear";

    private ResidualBlock MakeBlock(int input, int planes, int stride)
    {
        int output = planes * Expansion;
        ConvNorm[] layers =
        [
            new(new(input, planes * 2, 1), Norm(planes * 2)),
            new(new(planes * 2, output, 3, stride: stride, groups: Groups), Norm(output)),
            new(new(output, output, 1), Norm(output)),
        ];
        ConvNorm? shortcut = stride != 1 || input != output ? new(new(input, output, stride == 1 ? 1 : 3, stride: stride), Norm(output)) : null;
        var gate = new SqueezeExcite(output, output / Reduction, Activation.Relu, ("fc1", "fc2"), Convolution.FanIn);
        return new ResidualBlock(layers, shortcut, halves: false, averages: false, ("se_module", gate), dropPath: 0);
    }

    private BatchNorm Norm(int channels) => new(channels, _options.BatchNormMomentum);
}
