using System.Globalization;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using StreamTrainer.Pipeline;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// Vision transformers (Dosovitskiy et al., arXiv 2010.11929) as timm has them; DeiT's (arXiv 2012.12877) are the same networks.
/// Images may have another side than the network's: positions are resampled then, at each pass.
/// </summary>
internal sealed class VisionTransformer : ImageClassifier, IFreshlyFilled
{
    private const int Patch = 16, Depth = 12, HeadSize = 64, Wider = 4;
    private const double NormEps = 1e-6, WeightStd = 0.02;

    private static readonly double[] s_half = [0.5, 0.5, 0.5];

    /// <summary>The family's members.</summary>
    public static IEnumerable<Architecture> Architectures { get; } = ((IEnumerable<(string Size, int Heads)>)[("tiny", 3), ("small", 6), ("base", 12)])
        .SelectMany(member => (Architecture[])
        [
            Member(new() { Name = $"vit_{member.Size}_patch16_224", CropPct = 0.9, Mean = s_half, Std = s_half }, member.Heads),
            Member(new() { Name = $"deit_{member.Size}_patch16_224", CropPct = 0.9 }, member.Heads),
        ]);

    [ComponentName(Name = PositionEmbedding.TokenName)] private readonly TorchSharp.Modules.Parameter _token;
    [ComponentName(Name = PositionEmbedding.PositionsName)] private readonly TorchSharp.Modules.Parameter _positions;

    private VisionTransformer(ModelConfig config, int heads, ModelOptions options) : base(config)
    {
        int width = heads * HeadSize, side = options.InputSize ?? config.InputSize;
        CheckPatches(side, "model.inputSize");
        int grid = side / Patch;
        _token = nn.Parameter(zeros(1, 1, width));
        _positions = nn.Parameter(zeros(1, 1 + grid * grid, width));
        RegisterComponents();

        Fill byInputs = Convolution.FanIn(3 * Patch * Patch);
        var patches = new Convolution(3, width, Patch, byInputs, stride: Patch, padding: 0, bias: byInputs);
        register_module("patch_embed", nn.Sequential(("proj", patches)));
        AddStage("patch_embed", new Patches(patches));
        AddStage("pos_embed", new Positioned(new PositionEmbedding(() => _token, () => _positions)));

        var blocks = new Encoder[Depth];
        for (int i = 0; i < Depth; i++)
        {
            blocks[i] = new Encoder(width, heads, RateOf((float)options.DropPath, i));
            AddStage($"blocks.{i}", blocks[i]);
        }

        register_module("blocks", nn.Sequential(blocks));
        var norm = new LayerNorm(width, NormEps);
        register_module("norm", norm);
        AddStage("norm", new Normalised(norm));
        var classifier = new Classifier(width, config.NumClasses, options.Dropout, new Fill.Normal(WeightStd), new Fill.Constant(0));
        register_module(ClassifierName, classifier);
        AddStage(ClassifierName, new TokenHead(classifier));
    }

    /// <inheritdoc/>
    public override string ClassifierName => "head";

    /// <inheritdoc/>
    public override IReadOnlySet<string> NoWeightDecay { get; } = new HashSet<string> { PositionEmbedding.TokenName, PositionEmbedding.PositionsName };

    /// <summary>timm's: the embedding is layer 0, then the blocks, the last norm with the last of them, then the classifier.</summary>
    public override Func<string, int>? LayerOf => name => name.Split('.') switch
    {
        ["blocks", var block, ..] => int.Parse(block, CultureInfo.InvariantCulture) + 1,
        ["norm", ..] => Depth,
        [var head, ..] when head == ClassifierName => Depth + 1,
        _ => 0,
    };

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills => PositionEmbedding.Fills;

    /// <inheritdoc/>
    public override void CheckSide(int side, string what) => CheckPatches(side, what);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckSide((int)input.shape[2], "the image");
        return base.forward(input);
    }

    /// <inheritdoc/>
    internal override Tensor? Adapt(string name, Tensor saved) =>
        name == PositionEmbedding.PositionsName && saved.Dimensions == 3 && saved.shape[2] == _positions.shape[2] && IsSquare(saved.shape[1] - 1)
            ? PositionEmbedding.Resample(saved, _positions.shape[1] - 1)
            : null;

    private static bool IsSquare(long places) => places > 0 && Math.Pow(Math.Round(Math.Sqrt(places)), 2) == places;

    private static Architecture Member(ModelConfig config, int heads) => new(config, (own, options) => new VisionTransformer(own, heads, options));

    private static void CheckPatches(int side, string what)
    {
        if (side % Patch != 0)
        {
            throw new UserErrorException($"{what}: {side} pixels are no multiple of {Patch}, the patches' side; take {(side / Patch + 1) * Patch}");
        }
    }

    /// <summary>timm takes its rates from a line in fp32, drawn from both ends.</summary>
    private static double RateOf(float last, int block)
    {
        float step = last / (Depth - 1);
        return block < Depth / 2 ? step * block : last - step * (Depth - 1 - block);
    }

    private sealed class Patches(Convolution convolution) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Tokens(operations.Convolve(convolution, input));
    }

    private sealed class Positioned(PositionEmbedding positions) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Embed(positions, input);
    }

    private sealed class Normalised(LayerNorm norm) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Normalise(norm, input);
    }

    private sealed class TokenHead(Classifier classifier) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Classify(classifier, operations.FirstToken(input));
    }

    /// <summary>Attention, then two linear layers, each after a norm and around itself.</summary>
    private sealed class Encoder : Block
    {
        [ComponentName(Name = "norm1")] private readonly LayerNorm _norm1;
        private readonly (Linear Packed, Linear Projection) _attention;
        [ComponentName(Name = "drop_path1")] private readonly DropPath? _drop1;
        [ComponentName(Name = "norm2")] private readonly LayerNorm _norm2;
        private readonly (Linear Widen, Linear Narrow) _mixer;
        [ComponentName(Name = "drop_path2")] private readonly DropPath? _drop2;
        private readonly int _heads;

        public Encoder(int width, int heads, double dropPath) : base(nameof(Encoder))
        {
            _heads = heads;
            var fill = new Fill.Normal(WeightStd);
            _norm1 = new LayerNorm(width, NormEps);
            _attention = (new Linear(width, 3 * width, fill), new Linear(width, width, fill));
            _norm2 = new LayerNorm(width, NormEps);
            _mixer = (new Linear(width, Wider * width, fill), new Linear(Wider * width, width, fill));
            _drop1 = dropPath > 0 ? new DropPath(dropPath) : null;
            _drop2 = dropPath > 0 ? new DropPath(dropPath) : null;
            register_module("attn", nn.Sequential(("qkv", _attention.Packed), ("proj", _attention.Projection)));
            register_module("mlp", nn.Sequential(("fc1", _mixer.Widen), ("fc2", _mixer.Narrow)));
            RegisterComponents();
        }

        public override T Apply<T>(IOperations<T> operations, T input)
        {
            T attended = operations.Attend(operations.Multiply(_attention.Packed, operations.Normalise(_norm1, input)), _heads);
            T x = operations.Add(operations.Drop(_drop1, operations.Multiply(_attention.Projection, attended)), input);
            T hidden = operations.Activate(Activation.Gelu, operations.Multiply(_mixer.Widen, operations.Normalise(_norm2, x)));
            return operations.Add(operations.Drop(_drop2, operations.Multiply(_mixer.Narrow, hidden)), x);
        }
    }
}
