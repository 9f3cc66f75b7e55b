using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Evaluation;

/// <summary>
/// Counts how often the right class came first, or among the first five, and the mean cross-entropy. Logits are ranked as the
/// fp32 numbers they are; of equal ones the lower class comes first. One thread's.
/// </summary>
public sealed class TopK
{
    private const int Five = 5;

    private long _first, _five;
    private double _entropy;

    /// <summary>Images counted.</summary>
    public long Count { get; private set; }

    /// <summary>Share of images whose class came first.</summary>
    public double Top1 => Count == 0 ? 0 : _first / (double)Count;

    /// <summary>Share of images whose class came among the first five.</summary>
    public double Top5 => Count == 0 ? 0 : _five / (double)Count;

    /// <summary>Mean cross-entropy.</summary>
    public double MeanCrossEntropy => Count == 0 ? 0 : _entropy / Count;

    /// <summary>Counts a batch.</summary>
    /// <param name="logits"><c>[n, classes]</c>, fp32.</param>
    /// <param name="labels">The n classes; -1: not to be counted.</param>
    public void Add(Tensor logits, ReadOnlySpan<long> labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using Tensor copy = logits.to(DeviceType.CPU, copy: false).contiguous();
        ReadOnlySpan<float> values = copy.data<float>().ToArray();
        int classes = (int)logits.shape[1];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                Add(values.Slice(i * classes, classes), (int)labels[i]);
            }
        }
    }

    private void Add(ReadOnlySpan<float> row, int label)
    {
        float own = row[label];
        int before = 0;
        double most = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            before += row[i] > own || (row[i] == own && i < label) ? 1 : 0;
            most = Math.Max(most, row[i]);
        }

        foreach (float value in row)
        {
            sum += Math.Exp(value - most);
        }

        // A network that has gone to NaN is never right.
        bool ranked = !float.IsNaN(own);
        _first += ranked && before == 0 ? 1 : 0;
        _five += ranked && before < Five ? 1 : 0;
        _entropy += most + Math.Log(sum) - own;
        Count++;
    }
}
