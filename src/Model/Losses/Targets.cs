using static TorchSharp.torch;

namespace StreamTrainer.Model.Losses;

/// <summary>What a batch should have been: classes, or, where images were mixed, shares of classes.</summary>
public sealed record Targets
{
    private Targets(Tensor value, bool soft)
    {
        Value = value;
        IsSoft = soft;
    }

    /// <summary>Classes <c>[n]</c>, int64; or shares <c>[n, classes]</c>, fp32.</summary>
    public Tensor Value { get; }

    /// <summary>Whether they are shares, smoothed already.</summary>
    public bool IsSoft { get; }

    /// <summary>Those of some rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    public Targets Rows(long first, long count) => first == 0 && count == Value.shape[0] ? this : new(Value.narrow(0, first, count), IsSoft);

    /// <summary>Classes, <c>[n]</c>, int64.</summary>
    public static Targets Labels(Tensor labels) => new(labels, false);

    /// <summary>Shares, <c>[n, classes]</c>, fp32.</summary>
    public static Targets Soft(Tensor shares) => new(shares, true);
}
