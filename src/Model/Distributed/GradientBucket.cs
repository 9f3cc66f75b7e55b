using StreamTrainer.Model.State;

namespace StreamTrainer.Model.Distributed;

/// <summary>A piece of the flat gradient that is sent at once.</summary>
/// <param name="Offset">Its first element.</param>
/// <param name="Count">How many elements, gaps between parameters included.</param>
/// <param name="Segments">Numbers of the parameters in it that are trained.</param>
public sealed record GradientBucket(long Offset, long Count, IReadOnlyList<int> Segments)
{
    /// <summary>The pieces of a flat gradient, in the order in which a backward pass comes to them: the model's, read backwards.</summary>
    /// <param name="segments">The parameters.</param>
    /// <param name="length">Elements of the flat gradient.</param>
    /// <param name="elements">A piece is closed as soon as it has so many.</param>
    public static IReadOnlyList<GradientBucket> Divide(IReadOnlyList<ParameterSegment> segments, long length, long elements)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentOutOfRangeException.ThrowIfLessThan(elements, 1);
        var buckets = new List<GradientBucket>();
        var members = new List<int>();
        long end = length;
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            long start = i == 0 ? 0 : segments[i].Offset;
            if (segments[i].IsTrained)
            {
                members.Add(i);
            }

            if (end - start >= elements || i == 0)
            {
                buckets.Add(new GradientBucket(start, end - start, [.. members]));
                members.Clear();
                end = start;
            }
        }

        return buckets;
    }
}
