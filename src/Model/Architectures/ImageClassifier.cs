using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// A network from images <c>[n, 3, height, width]</c> (channels-last in memory is fastest) to logits <c>[n, classes]</c>. Names of
/// parameters and buffers are timm's.
/// </summary>
public abstract class ImageClassifier : nn.Module<Tensor, Tensor>
{
    private readonly List<(string Name, Func<Tensor, Tensor> Compute)> _stages = [];

    /// <summary>A network of a configuration.</summary>
    protected ImageClassifier(ModelConfig config) : base(config?.Name ?? throw new ArgumentNullException(nameof(config))) => Config = config;

    /// <summary>What it was made for.</summary>
    public ModelConfig Config { get; }

    /// <summary>Parameters that get no weight decay, besides those of one dimension.</summary>
    public virtual IReadOnlySet<string> NoWeightDecay { get; } = new HashSet<string>();

    /// <summary>The stages in their order; each takes what the one before gives.</summary>
    internal IReadOnlyList<(string Name, Func<Tensor, Tensor> Compute)> Stages => _stages;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor x = input;
        foreach ((_, Func<Tensor, Tensor> compute) in _stages)
        {
            // What a stage made on its way is given back at its end, not at the step's: an evaluation holds a stage at a time.
            using var scope = NewDisposeScope();
            Tensor next = compute(x).MoveToOuterDisposeScope();
            if (!is_grad_enabled() && !ReferenceEquals(x, input) && !ReferenceEquals(x, next))
            {
                x.Dispose();
            }

            x = next;
        }

        return x;
    }

    /// <summary>Adds the next stage.</summary>
    protected void AddStage(string name, Func<Tensor, Tensor> compute) => _stages.Add((name, compute));
}
