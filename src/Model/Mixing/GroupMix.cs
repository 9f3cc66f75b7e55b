using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Mixing;

/// <summary>
/// How the images of a group, or of a rank's part of one, are mixed with the same read backwards: one plan for all, or one for each.
/// A pure function of the seed, the epoch, and the places in the whole group, so it does not depend on ranks, nor on when it is asked.
/// </summary>
public sealed class GroupMix
{
    private readonly MixPlan[] _rows;

    private GroupMix(params MixPlan[] rows) => _rows = rows;

    /// <summary>Whether one plan is all images'.</summary>
    public bool Same => _rows.Length == 1;

    /// <summary>Whether anything is mixed.</summary>
    public bool Any => Array.Exists(_rows, row => row.Lambda < 1.0);

    /// <summary>An image's plan.</summary>
    /// <param name="row">Its row.</param>
    public MixPlan this[int row] => _rows[Same ? 0 : row];

    /// <summary>The plan of all images.</summary>
    public static GroupMix All(MixPlan plan) => new(plan);

    /// <summary>A plan for each image.</summary>
    public static GroupMix Each(IEnumerable<MixPlan> rows) => new([.. rows]);

    /// <summary>The plans of a group, or of a rank's part of it.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="number">The group's number among all of the epoch.</param>
    /// <param name="share">The rank's part of a step.</param>
    /// <param name="options">What is on, and how likely.</param>
    /// <param name="size">Size of the images.</param>
    public static GroupMix Of(long seed, long epoch, long number, StepShare share, MixOptions options, ImageSize size)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mode == MixMode.Batch)
        {
            return All(MixPlan.Of(seed, epoch, number, options, size));
        }

        int whole = share.WholeGroup, images = share.Group;
        return Each(Enumerable.Range(0, images).Select(row => OfImage(seed, epoch, number, whole, share.ItemOf(row), options, size)));
    }

    /// <summary>The plan of one image.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="number">The group's number among all of the epoch.</param>
    /// <param name="group">Images of the whole group.</param>
    /// <param name="item">The image's place in it.</param>
    /// <param name="options">What is on, and how likely.</param>
    /// <param name="size">Size of the images.</param>
    public static MixPlan OfImage(long seed, long epoch, long number, int group, int item, MixOptions options, ImageSize size)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mode == MixMode.Batch)
        {
            return MixPlan.Of(seed, epoch, number, options, size);
        }

        int decides = options.Mode == MixMode.Pair ? Math.Min(item, group - 1 - item) : item;
        var draws = new SampleRandom(seed, epoch, number * group + decides, RandomStream.MixImage);
        return MixPlan.Draw(ref draws, options, size.Height, size.Width);
    }
}
