using System.Globalization;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Perf.Harness;

/// <summary>What the training transform draws, as text for a peer that is to do the same.</summary>
internal static class AugmentPlan
{
    /// <summary>A sample's line for <c>pillow_a2.py</c>: index, left, top, width, height, filter, flip, operations.</summary>
    /// <param name="transform">The transform that the samples go through.</param>
    /// <param name="image">Size of the sample's image.</param>
    /// <param name="place">Where it stands.</param>
    public static string Line(TrainTransform transform, ImageSize image, in SamplePlace place)
    {
        (CropPlan plan, ReadOnlyMemory<OperationCall> calls) = transform.Drawn(image, place);
        string crop = string.Create(
            CultureInfo.InvariantCulture,
            $"{place.Index} {plan.Box.Left} {plan.Box.Top} {plan.Box.Width} {plan.Box.Height} {Name(plan.Filter)} {(plan.Flip ? 1 : 0)}");
        return $"{crop} {Text(calls.Span)}".TrimEnd();
    }

    /// <summary>Operations: name, argument, filter, and so on; the argument is read back as the same number.</summary>
    public static string Text(ReadOnlySpan<OperationCall> calls)
    {
        var words = new List<string>();
        foreach (OperationCall call in calls)
        {
            words.AddRange([call.Operation.Name, call.Argument.ToString("R", CultureInfo.InvariantCulture), Name(call.Filter)]);
        }

        return string.Join(' ', words);
    }

    private static string Name(Interpolation filter) => filter == Interpolation.Bicubic ? "bicubic" : "bilinear";
}
