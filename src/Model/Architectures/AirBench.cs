using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using StreamTrainer.Model.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// Networks for CIFAR-10 that train in minutes (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv 2404.00498,
/// sections 3.1 to 3.4): a fixed 2x2 convolution that whitens patches, three blocks of two convolutions, a classifier on the
/// maximum over the image. airbench64 is the paper's; the others are narrower.
/// </summary>
internal sealed class AirBench : ImageClassifier, IDataInitialized
{
    private const int Patch = 2, PatchSize = 3 * Patch * Patch, Filters = 2 * PatchSize;

    /// <summary>Added to eigenvalues, so that noise is not blown up.</summary>
    private const double WhiteningEps = 5e-4;

    private const double NormEps = 1e-12, OutputScale = 1.0 / 9.0;

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } =
    [
        Member("airbench32_cifar", 32, 128, 128),
        Member("airbench48_cifar", 48, 192, 192),
        Member("airbench64_cifar", 64, 256, 256),
    ];

    [ComponentName(Name = "whiten")] private readonly Whitening _whitening;

    private AirBench(ModelConfig config, int[] widths, ModelOptions options) : base(config)
    {
        _whitening = new Whitening();
        RegisterComponents();
        AddStage("whiten", _whitening);
        int channels = Filters;
        for (int i = 0; i < widths.Length; i++)
        {
            var block = new Pair(channels, widths[i], options.BatchNormMomentum);
            channels = widths[i];
            register_module($"block{i + 1}", block);
            AddStage($"block{i + 1}", block);
        }

        var head = new Classifier(channels, config.NumClasses, options.Dropout, bias: false);
        register_module(ClassifierName, head);
        AddStage(ClassifierName, new MaximumHead(head));
    }

    /// <inheritdoc/>
    public override string ClassifierName => "head";

    /// <inheritdoc/>
    public void Initialize(Tensor images) => _whitening.Initialize(images);

    private static Architecture Member(string name, params int[] widths) =>
        new(ModelConfig.Cifar(name), (config, options) => new AirBench(config, widths, options));

    /// <summary>Default weights of a PyTorch convolution, but the first filters pass their channel on.</summary>
    private static Convolution PassingOn(int input, int output) => new(input, output, 3, new Fill.Dirac(1 / Math.Sqrt(9.0 * input)));

    /// <summary>The principal components of 2x2 patches, each scaled to unit variance, and their negatives.</summary>
    private sealed class Whitening : Block, IFreshlyFilled
    {
        [ComponentName(Name = "weight")] private readonly Tensor _weight;
        [ComponentName(Name = "shift")] private readonly TorchSharp.Modules.Parameter _shift;

        public Whitening() : base(nameof(Whitening))
        {
            _weight = zeros(Filters, 3, Patch, Patch);
            // Not called bias: it belongs to no norm, and its rate is not to be scaled.
            _shift = Parameter(zeros(Filters));
            RegisterComponents();
        }

        public IEnumerable<(string Name, Fill Fill)> Fills => [("shift", new Fill.Constant(0))];

        public override T Apply<T>(IOperations<T> operations, T input) => operations.Activate(Activation.Gelu, operations.Convolve(_weight, _shift, input));

        public void Initialize(Tensor images)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            Tensor patches = images.unfold(2, Patch, 1).unfold(3, Patch, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, PatchSize).to(ScalarType.Float64);
            Tensor covariance = patches.t().mm(patches).div_(Scalars.Of(patches.shape[0]));
            (Tensor values, Tensor vectors) = linalg.eigh(covariance.cpu());
            Tensor components = (vectors / values.add(Scalars.Of(WhiteningEps), Scalars.One).sqrt()).t().flip(0).reshape(PatchSize, 3, Patch, Patch);
            _weight.copy_(cat([components, -components]));
        }
    }

    /// <summary>The maximum over the image, the classifier, and a factor.</summary>
    private sealed class MaximumHead(Classifier classifier) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Scale(operations.Classify(classifier, operations.MaxOfPixels(input)), OutputScale);
    }

    /// <summary>Convolution, pooling, norm, GELU; convolution, norm, GELU. The norms' weights stay one.</summary>
    private sealed class Pair : Block
    {
        [ComponentName(Name = "conv1")] private readonly Convolution _conv1;
        [ComponentName(Name = "norm1")] private readonly BatchNorm _norm1;
        [ComponentName(Name = "conv2")] private readonly Convolution _conv2;
        [ComponentName(Name = "norm2")] private readonly BatchNorm _norm2;
        private readonly ConvNorm _second;

        public Pair(int input, int output, double momentum) : base(nameof(Pair))
        {
            _conv1 = PassingOn(input, output);
            _norm1 = new BatchNorm(output, momentum, NormEps, scaled: false);
            _conv2 = PassingOn(output, output);
            _norm2 = new BatchNorm(output, momentum, NormEps, scaled: false);
            _second = new ConvNorm(_conv2, _norm2);
            RegisterComponents();
        }

        public override T Apply<T>(IOperations<T> operations, T input)
        {
            T x = operations.MaxPool(operations.Convolve(_conv1, input), 2, 2, 0, ceil: false);
            x = operations.Activate(Activation.Gelu, operations.Normalise(_norm1, x));
            return operations.Activate(Activation.Gelu, operations.ConvolveAndNormalise(_second, x));
        }
    }
}
