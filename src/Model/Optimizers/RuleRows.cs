using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// The parameters' rules for flat operations. Parameters begin at multiples of <see cref="FlatState.Alignment"/>, so flat memory
/// seen as rows of so many elements has one rule a row, and a column <c>[rows, 1]</c> says it for all elements.
/// </summary>
internal sealed class RuleRows : IDisposable
{
    public RuleRows(FlatState flat, ParameterRule[] rules)
    {
        using var scope = NewDisposeScope();
        long rows = flat.Values.numel() / FlatState.Alignment;
        var decays = new double[rows];
        var scales = new double[rows];
        var parameters = new long[rows];
        for (int i = 0; i < rules.Length; i++)
        {
            long from = rules[i].Segment.Offset / FlatState.Alignment;
            int count = (int)((rules[i].Segment.Count + FlatState.Alignment - 1) / FlatState.Alignment);
            decays.AsSpan((int)from, count).Fill(rules[i].WeightDecay);
            scales.AsSpan((int)from, count).Fill(rules[i].LrScale);
            parameters.AsSpan((int)from, count).Fill(i);
        }

        Decay = Column(decays);
        LrScale = Column(scales);
        Parameter = tensor(parameters).to(flat.Values.device).DetachFromDisposeScope();

        Tensor Column(double[] values) =>
            tensor(values, [rows, 1], flat.Values.dtype, flat.Values.device).DetachFromDisposeScope();
    }

    /// <summary>Weight decay.</summary>
    public Tensor Decay { get; }

    /// <summary>Factor on the rate.</summary>
    public Tensor LrScale { get; }

    /// <summary>The index of the parameter, <c>[rows]</c>.</summary>
    public Tensor Parameter { get; }

    /// <summary>A flat tensor as rows.</summary>
    public static Tensor Of(Tensor flat) => flat.view(-1, FlatState.Alignment);

    public void Dispose()
    {
        Decay.Dispose();
        LrScale.Dispose();
        Parameter.Dispose();
    }
}
