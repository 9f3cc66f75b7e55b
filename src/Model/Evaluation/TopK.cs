using System.Runtime.InteropServices;
using StreamTrainer.Model.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Evaluation;

/// <summary>
/// Counts how often the right class came first, or among the first five, and the mean cross-entropy. Logits are ranked as the
/// fp32 numbers they are; of equal ones the lower class comes first; a class whose logit is NaN is never right. One thread's.
/// </summary>
public sealed class TopK
{
    private const int Five = 5;

    private long _first, _five, _labelled;
    private double _entropy;

    /// <summary>Images counted.</summary>
    public long Count { get; private set; }

    /// <summary>Share of images whose class came first, 0 to 1; 0 of no images.</summary>
    public double Top1 => Count == 0 ? 0 : _first / (double)Count;

    /// <summary>Share of images whose class came among the first five (all, where there are fewer classes); 0 of no images.</summary>
    public double Top5 => Count == 0 ? 0 : _five / (double)Count;

    /// <summary>Mean cross-entropy in nats over what <see cref="Add"/> counted; 0 of no images.</summary>
    public double MeanCrossEntropy => _labelled == 0 ? 0 : _entropy / _labelled;

    /// <summary>Counts a batch.</summary>
    /// <param name="logits"><c>[n, classes]</c>; ranked in fp32.</param>
    /// <param name="labels">The n classes; -1: not to be counted.</param>
    /// <exception cref="ArgumentException">There are not as many labels as rows, or a label is no class.</exception>
    public void Add(Tensor logits, ReadOnlySpan<long> labels)
    {
        using var scope = NewDisposeScope();
        ReadOnlySpan<float> values = Rows(logits, labels.Length, out int classes);
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == -1)
            {
                continue;
            }

            if (labels[i] < -1 || labels[i] >= classes)
            {
                throw new ArgumentException($"label {labels[i]} is none of {classes} classes", nameof(labels));
            }

            ReadOnlySpan<float> row = values.Slice(i * classes, classes);
            CountRank(Rank(row, (int)labels[i]));
            _entropy += CrossEntropy(row, (int)labels[i]);
            _labelled++;
        }
    }

    /// <summary>Takes in what other ranks counted, which call this too.</summary>
    public void SumOver(IRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        // Exact in double: there are fewer than 2^53 images.
        Span<double> counts = [_first, _five, _labelled, Count, _entropy];
        ranks.Sum(counts);
        (_first, _five, _labelled, Count, _entropy) = ((long)counts[0], (long)counts[1], (long)counts[2], (long)counts[3], counts[4]);
    }

    /// <summary>Counts a batch whose images each have a set of right answers (ReaL labels, Beyer et al., arXiv 2006.07159): a hit
    /// where any of them comes first, or among the first five. They add nothing to the cross-entropy.</summary>
    /// <param name="logits"><c>[n, classes]</c>; ranked in fp32.</param>
    /// <param name="sets">The n sets; an empty one: not to be counted.</param>
    /// <exception cref="ArgumentException">There are not as many sets as rows, or a label is no class.</exception>
    public void AddSets(Tensor logits, IReadOnlyList<IReadOnlyCollection<int>> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        using var scope = NewDisposeScope();
        ReadOnlySpan<float> values = Rows(logits, sets.Count, out int classes);
        for (int i = 0; i < sets.Count; i++)
        {
            if (sets[i].Count == 0)
            {
                continue;
            }

            int best = int.MaxValue;
            foreach (int label in sets[i])
            {
                if (label < 0 || label >= classes)
                {
                    throw new ArgumentException($"label {label} is none of {classes} classes", nameof(sets));
                }

                best = Math.Min(best, Rank(values.Slice(i * classes, classes), label));
            }

            CountRank(best);
        }
    }

    private void CountRank(int rank)
    {
        _first += rank < 1 ? 1 : 0;
        _five += rank < Five ? 1 : 0;
        Count++;
    }

    private static ReadOnlySpan<float> Rows(Tensor logits, int count, out int classes)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.shape is not [var rows, var columns] || rows != count)
        {
            throw new ArgumentException($"logits [{string.Join(", ", logits.shape)}] for {count} images", nameof(logits));
        }

        classes = (int)columns;
        // Without a copy where they are fp32 on the CPU already; the caller's scope keeps what was made here.
        return MemoryMarshal.Cast<byte, float>(logits.detach().to(ScalarType.Float32, CPU).contiguous().bytes);
    }

    /// <summary>How many classes come before one.</summary>
    private static int Rank(ReadOnlySpan<float> row, int label)
    {
        float own = row[label];
        if (float.IsNaN(own))
        {
            return int.MaxValue;
        }

        int before = 0;
        for (int i = 0; i < row.Length; i++)
        {
            // NaN comes first, as in PyTorch's topk.
            before += !(row[i] <= own) || (row[i] == own && i < label) ? 1 : 0;
        }

        return before;
    }

    private static double CrossEntropy(ReadOnlySpan<float> row, int label)
    {
        double most = double.NegativeInfinity, sum = 0;
        foreach (float value in row)
        {
            most = Math.Max(most, value);
        }

        foreach (float value in row)
        {
            sum += Math.Exp(value - most);
        }

        return most + Math.Log(sum) - row[label];
    }
}
