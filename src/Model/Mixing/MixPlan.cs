using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Mixing;

/// <summary>How an image, or each of a group, is mixed with its partner, the one in its place when the group is read backwards (Zhang et al.,
/// arXiv 1710.09412; Yun et al., arXiv 1905.04899; timm's Mixup).</summary>
/// <param name="Lambda">The share that an image keeps of itself; for cutmix after the box was cut to the image.</param>
/// <param name="Cutmix">Whether a box is exchanged; otherwise images are blended.</param>
/// <param name="Top">First row of the box.</param>
/// <param name="Bottom">The row after its last.</param>
/// <param name="Left">First column of the box.</param>
/// <param name="Right">The column after its last.</param>
public readonly record struct MixPlan(double Lambda, bool Cutmix = false, int Top = 0, int Bottom = 0, int Left = 0, int Right = 0)
{
    /// <summary>Nothing is mixed.</summary>
    public static MixPlan None { get; } = new(1.0);

    /// <summary>The plan of a group of a step's batch.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="group">The group's number among all of the epoch.</param>
    /// <param name="options">What is on, and how likely.</param>
    /// <param name="size">Size of the images.</param>
    public static MixPlan Of(long seed, long epoch, long group, MixOptions options, ImageSize size)
    {
        var draws = new SampleRandom(seed, epoch, group, RandomStream.Mix);
        return Draw(ref draws, options, size.Height, size.Width);
    }

    /// <summary>Draws a plan: the gate; where both are on, which of them; lambda, for cutmix the box's centre, y then x; or, with sizes of
    /// boxes, height, width, top, left. timm keeps what is an image's own in fp32.</summary>
    /// <param name="draws">The group's draws, or the image's.</param>
    /// <param name="options">What is on, and how likely.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    public static MixPlan Draw<TDraws>(ref TDraws draws, MixOptions options, int height, int width)
        where TDraws : struct, IDraws
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Decide(ref draws, options, out bool cutmix))
        {
            return None;
        }

        bool single = options.Mode != MixMode.Batch;
        if (cutmix && options.CutmixMinMax is { } sides)
        {
            return Kept(BoxWithin(ref draws, sides, height, width), single);
        }

        double lambda = BetaDistribution.Draw(ref draws, cutmix ? options.Cutmix : options.Mixup);
        MixPlan drawn = Kept(new MixPlan(lambda), single);
        // A share that rounds to 1 mixes nothing; timm draws no box for it.
        return cutmix && drawn.Lambda < 1 ? Kept(Box(ref draws, drawn.Lambda, height, width), single) : drawn;
    }

    /// <summary>Draws a box of sides between two shares of the image's; whole pixels, the largest exclusive. It lies in the image.</summary>
    internal static MixPlan BoxWithin<TDraws>(ref TDraws draws, IReadOnlyList<double> sides, int height, int width)
        where TDraws : struct, IDraws
    {
        int boxHeight = Whole(ref draws, (int)(height * sides[0]), (int)(height * sides[1])), boxWidth = Whole(ref draws, (int)(width * sides[0]), (int)(width * sides[1]));
        int top = Whole(ref draws, 0, height - boxHeight), left = Whole(ref draws, 0, width - boxWidth);
        return new MixPlan(1.0 - (double)boxHeight * boxWidth / ((double)height * width), true, top, top + boxHeight, left, left + boxWidth);
    }

    private static int Whole<TDraws>(ref TDraws draws, int from, int below)
        where TDraws : struct, IDraws => from + (int)Math.Floor(draws.Next() * (below - from));

    private static MixPlan Kept(MixPlan plan, bool single) => single ? plan with { Lambda = (float)plan.Lambda } : plan;

    /// <summary>Draws whether a batch is mixed, and which way.</summary>
    internal static bool Decide<TDraws>(ref TDraws draws, MixOptions options, out bool cutmix)
        where TDraws : struct, IDraws
    {
        cutmix = false;
        if (!options.Enabled || draws.Next() >= options.Prob)
        {
            return false;
        }

        cutmix = options.Mixup > 0 && options.Cutmix > 0 ? draws.Next() < options.SwitchProb : options.Cutmix > 0;
        return true;
    }

    /// <summary>Draws a box of the share 1 - lambda; lambda then follows the part of it that lies in the image.</summary>
    internal static MixPlan Box<TDraws>(ref TDraws draws, double lambda, int height, int width)
        where TDraws : struct, IDraws
    {
        double ratio = Math.Sqrt(1 - lambda);
        int boxHeight = (int)(height * ratio), boxWidth = (int)(width * ratio);
        int y = (int)Math.Floor(draws.Next() * height), x = (int)Math.Floor(draws.Next() * width);
        int top = Math.Clamp(y - boxHeight / 2, 0, height), bottom = Math.Clamp(y + boxHeight / 2, 0, height);
        int left = Math.Clamp(x - boxWidth / 2, 0, width), right = Math.Clamp(x + boxWidth / 2, 0, width);
        double area = (double)(bottom - top) * (right - left);
        return new MixPlan(1.0 - area / ((double)height * width), true, top, bottom, left, right);
    }
}
