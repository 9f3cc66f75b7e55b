using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures;

/// <summary>
/// A network from images <c>[n, 3, height, width]</c> (channels-last in memory is fastest) to logits <c>[n, classes]</c>. Names of
/// parameters and buffers are timm's.
/// </summary>
public abstract class ImageClassifier : nn.Module<Tensor, Tensor>
{
    private readonly List<(string Name, IStage Stage)> _stages = [];

    /// <summary>A network of a configuration.</summary>
    protected ImageClassifier(ModelConfig config) : base(config?.Name ?? throw new ArgumentNullException(nameof(config))) => Config = config;

    /// <summary>What it was made for.</summary>
    public ModelConfig Config { get; }

    /// <summary>The classifier's name: what a model for other classes has anew.</summary>
    public abstract string ClassifierName { get; }

    /// <summary>Parameters that get no weight decay, besides those of one dimension.</summary>
    public virtual IReadOnlySet<string> NoWeightDecay { get; } = new HashSet<string>();

    /// <summary>The layer of a parameter, from 0 at the image to the classifier's, for a rate that decays with the depth; null: the
    /// network is not seen as such layers.</summary>
    public virtual Func<string, int>? LayerOf => null;

    /// <summary>Whether training keeps only the stages' inputs and computes the rest again in the backward pass.</summary>
    public bool CheckpointActivations { get; set; }

    /// <summary>The stages in their order; each takes what the one before gives.</summary>
    internal IReadOnlyList<(string Name, IStage Stage)> Stages => _stages;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor x = input;
        RecomputedPass? again = CheckpointActivations && training && is_grad_enabled() ? new RecomputedPass() : null;
        foreach ((_, IStage stage) in _stages)
        {
            // What a stage took and made is given back at its end, not at the step's: an evaluation holds a stage at a time, and
            // training what autograd keeps, until the backward pass is through with it.
            using var scope = NewDisposeScope();
            Tensor next = (again is null ? stage.Apply(TensorOperations.Instance, x) : again.Run(stage, x)).MoveToOuterDisposeScope();
            if (!ReferenceEquals(x, input) && !ReferenceEquals(x, next))
            {
                x.Dispose();
            }

            x = next;
        }

        return x;
    }

    /// <summary>Refuses images of a side that the network cannot take; most take any.</summary>
    /// <param name="side">The side, in pixels.</param>
    /// <param name="what">What has it, for the message.</param>
    /// <exception cref="Pipeline.UserErrorException">It cannot.</exception>
    public virtual void CheckSide(int side, string what)
    {
    }

    /// <summary>What one image of this side costs, counted by walking through the network.</summary>
    /// <exception cref="Pipeline.UserErrorException">The network takes no images of this side.</exception>
    public ModelCost CostAt(int side)
    {
        var counts = new CostOperations();
        Apply(counts, [3, side, side]);
        return new ModelCost(side, named_parameters().Sum(entry => entry.parameter.numel()), counts.Macs, counts.Activations);
    }

    /// <summary>Folds norms into the convolutions before them, for evaluations: equal but for rounding, and faster. Parameters stay,
    /// and training does not see it. To be done anew when they change.</summary>
    public void Fold()
    {
        foreach (ConvNorm pair in Pairs())
        {
            pair.Fold();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (ConvNorm pair in Pairs())
            {
                pair.Unfold();
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>The whole network, in other words than tensors.</summary>
    internal T Apply<T>(IOperations<T> operations, T input)
        where T : class => _stages.Aggregate(input, (value, stage) => stage.Stage.Apply(operations, value));

    /// <summary>How a parameter of another network of the family becomes one of this, where shapes differ.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="saved">What the other network has.</param>
    /// <returns>A tensor of this network's shape, or null: it does not fit.</returns>
    internal virtual Tensor? Adapt(string name, Tensor saved) => null;

    private IEnumerable<ConvNorm> Pairs() => named_modules().Select(entry => (entry.module as Convolution)?.FollowedBy).OfType<ConvNorm>();

    /// <summary>Adds the next stage.</summary>
    private protected void AddStage(string name, IStage stage) => _stages.Add((name, stage));
}
