using System.Runtime.InteropServices;
using StreamTrainer.Model.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Evaluation;

/// <summary>
/// What a model answered to each image of a set, by the image's index: the classes that came first with their logits, the logit of the
/// right class and what turns logits into probabilities. Everything that is counted of an evaluation follows from these, exactly, at 60
/// bytes an image for 1000 classes; all logits would be 4000. Ranked as <see cref="TopK"/> ranks. One thread's.
/// </summary>
public sealed class ImagePredictions
{
    /// <summary>Classes that are kept, where there are as many.</summary>
    public const int MostKept = 5;

    /// <summary>Room for a set.</summary>
    /// <param name="count">Images of the set.</param>
    /// <param name="classes">Outputs of the classifier.</param>
    public ImagePredictions(int count, int classes)
    {
        Classes = classes;
        Kept = Math.Min(MostKept, classes);
        Labels = new int[count];
        Array.Fill(Labels, -1);
        Top = new int[count * Kept];
        TopLogits = new float[count * Kept];
        LabelLogits = new float[count];
        LogSumExp = new double[count];
    }

    /// <summary>Images of the set.</summary>
    public int Count => Labels.Length;

    /// <summary>Outputs of the classifier.</summary>
    public int Classes { get; }

    /// <summary>How many of the first classes are kept of an image.</summary>
    public int Kept { get; }

    /// <summary>Each image's class, <c>[count]</c>; -1 where it was not scored.</summary>
    public int[] Labels { get; }

    /// <summary>The classes that came first, <c>[count, kept]</c>.</summary>
    public int[] Top { get; }

    /// <summary>Their logits, <c>[count, kept]</c>.</summary>
    public float[] TopLogits { get; }

    /// <summary>The logit of the image's class, <c>[count]</c>.</summary>
    public float[] LabelLogits { get; }

    /// <summary>ln of the sum of exp of all logits, <c>[count]</c>: logit - this is the ln of softmax's probability.</summary>
    public double[] LogSumExp { get; }

    /// <summary>Whether an image was scored.</summary>
    public bool Scored(int image) => Labels[image] >= 0;

    /// <summary>Whether an image's answer is numbers; that of broken weights is not.</summary>
    public bool IsFinite(int image) => double.IsFinite(LogSumExp[image]) && float.IsFinite(LabelLogits[image]);

    /// <summary>Whether one of an image's right answers is among the first <paramref name="first"/>.</summary>
    /// <param name="image">The image.</param>
    /// <param name="right">Its right answers.</param>
    /// <param name="first">1 to <see cref="MostKept"/>; all, where there are fewer classes.</param>
    public bool Hits(int image, ReadOnlySpan<int> right, int first)
    {
        for (int k = 0; k < Math.Min(first, Kept); k++)
        {
            int at = image * Kept + k;
            if (!float.IsNaN(TopLogits[at]) && right.Contains(Top[at]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The class that came first.</summary>
    public int Best(int image) => Top[image * Kept];

    /// <summary>Its probability by softmax.</summary>
    public double Confidence(int image) => Math.Exp(TopLogits[image * Kept] - LogSumExp[image]);

    /// <summary>The cross-entropy of an image with its class, in nats.</summary>
    public double CrossEntropy(int image) => LogSumExp[image] - LabelLogits[image];

    /// <summary>Takes a batch in.</summary>
    /// <param name="logits"><c>[n, classes]</c>; ranked in fp32.</param>
    /// <param name="labels">The n classes; -1: not to be counted.</param>
    /// <param name="indices">The n images.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void Add(Tensor logits, ReadOnlySpan<long> labels, ReadOnlySpan<long> indices)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.shape is not [var rows, var columns] || rows != labels.Length || labels.Length != indices.Length || columns != Classes)
        {
            throw new ArgumentException($"logits [{string.Join(", ", logits.shape)}] for {labels.Length} labels and {indices.Length} images of {Classes} classes", nameof(logits));
        }

        using var scope = NewDisposeScope();
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(logits.detach().to(ScalarType.Float32, CPU).contiguous().bytes);
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                Put((int)indices[i], (int)labels[i], values.Slice(i * Classes, Classes));
            }
        }
    }

    /// <summary>Takes in what other ranks were answered, which call this too. No image is scored by two.</summary>
    public void SumOver(IRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Size == 1)
        {
            return;
        }

        // Exact in double: one rank has the number, all others 0.
        int width = 3 + 2 * Kept;
        var all = new double[Count * width];
        for (int i = 0; i < Count; i++)
        {
            Span<double> row = all.AsSpan(i * width, width);
            if (Scored(i))
            {
                (row[0], row[1], row[2]) = (Labels[i] + 1, LabelLogits[i], LogSumExp[i]);
                for (int k = 0; k < Kept; k++)
                {
                    (row[3 + k], row[3 + Kept + k]) = (Top[i * Kept + k], TopLogits[i * Kept + k]);
                }
            }
        }

        ranks.Sum(all);
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<double> row = all.AsSpan(i * width, width);
            (Labels[i], LabelLogits[i], LogSumExp[i]) = ((int)row[0] - 1, (float)row[1], row[2]);
            for (int k = 0; k < Kept; k++)
            {
                (Top[i * Kept + k], TopLogits[i * Kept + k]) = ((int)row[3 + k], (float)row[3 + Kept + k]);
            }
        }
    }

    private void Put(int image, int label, ReadOnlySpan<float> row)
    {
        Labels[image] = label;
        LabelLogits[image] = row[label];
        LogSumExp[image] = Sum(row);
        Span<int> top = Top.AsSpan(image * Kept, Kept);
        Span<float> best = TopLogits.AsSpan(image * Kept, Kept);
        int known = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int at = known;
            while (at > 0 && Before(row[i], best[at - 1]))
            {
                at--;
            }

            if (at == Kept)
            {
                continue;
            }

            known = Math.Min(known + 1, Kept);
            top[at..(known - 1)].CopyTo(top[(at + 1)..]);
            best[at..(known - 1)].CopyTo(best[(at + 1)..]);
            (top[at], best[at]) = (i, row[i]);
        }
    }

    /// <summary>NaN comes first, as in PyTorch's topk; of equal ones the lower class does.</summary>
    private static bool Before(float value, float other) => !float.IsNaN(other) && !(value <= other);

    private static double Sum(ReadOnlySpan<float> row)
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

        return most + Math.Log(sum);
    }
}
