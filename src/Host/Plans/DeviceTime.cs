using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Host.Plans;

/// <summary>
/// What one of the paper's V100s spends on a training image, by what the image costs: it waits for its images or it computes, and the
/// slower of the two is what counts. The small networks of Table 3 are all equally fast, about 590 images a second a device, whatever
/// they cost, and the others go by multiply-adds (arithmetic) and activations (memory): so this, and not a power law, which is twice as
/// far off.
/// </summary>
/// <param name="FeedMilliseconds">Least time for an image.</param>
/// <param name="MillisecondsPerGigaMac">Time for 10^9 multiply-adds of a forward pass; the backward pass is in it.</param>
/// <param name="MillisecondsPerMegaActivation">Time for 10^6 activations.</param>
internal sealed record DeviceTime(double FeedMilliseconds, double MillisecondsPerGigaMac, double MillisecondsPerMegaActivation)
{
    private const double LeastFeed = 0.5, MostFeed = 3, FeedStep = 0.02;
    private const int MostRounds = 50, LeastCells = 4;

    /// <summary>Seconds that a device spends on an image.</summary>
    public double SecondsOf(ModelCost cost) => Math.Max(FeedMilliseconds, Compute(cost)) / 1e3;

    /// <summary>The one of least squared relative errors over the cells; deterministic.</summary>
    /// <param name="cells">Trainings of Table 3, more than <see cref="LeastCells"/>.</param>
    public static DeviceTime Fit(IReadOnlyList<PaperCell> cells)
    {
        DeviceTime? best = null;
        double least = double.PositiveInfinity;
        for (int i = 0; LeastFeed + i * FeedStep <= MostFeed; i++)
        {
            if (WithFeed(LeastFeed + i * FeedStep, cells) is { } model && model.SquaredError(cells) is var error && error < least)
            {
                (best, least) = (model, error);
            }
        }

        return best ?? throw new ArgumentException("too few cells", nameof(cells));
    }

    private double Compute(ModelCost cost) => cost.Macs / 1e9 * MillisecondsPerGigaMac + cost.Activations / 1e6 * MillisecondsPerMegaActivation;

    private double SquaredError(IReadOnlyList<PaperCell> cells) => cells.Sum(cell => Square(SecondsOf(cell.Cost) / cell.DeviceSeconds - 1));

    /// <summary>Which cells compute longer than they wait decides the coefficients, and these decide which cells do: until both agree.</summary>
    private static DeviceTime? WithFeed(double feed, IReadOnlyList<PaperCell> cells)
    {
        List<PaperCell> computing = [.. cells];
        for (int round = 0; ; round++)
        {
            if (computing.Count < LeastCells)
            {
                return null;
            }

            DeviceTime model = OfComputing(feed, computing);
            List<PaperCell> now = [.. cells.Where(cell => model.Compute(cell.Cost) > feed)];
            if (round == MostRounds || now.SequenceEqual(computing))
            {
                return model;
            }

            computing = now;
        }
    }

    /// <summary>Least squares of two coefficients, neither below zero.</summary>
    private static DeviceTime OfComputing(double feed, List<PaperCell> cells)
    {
        double mm = 0, ma = 0, aa = 0, m1 = 0, a1 = 0;
        foreach (PaperCell cell in cells)
        {
            // In units of the cell's own time, so that errors are relative.
            double time = cell.DeviceSeconds * 1e3, macs = cell.Cost.Macs / 1e9 / time, activations = cell.Cost.Activations / 1e6 / time;
            mm += macs * macs;
            ma += macs * activations;
            aa += activations * activations;
            m1 += macs;
            a1 += activations;
        }

        double determinant = mm * aa - ma * ma;
        double perMac = (m1 * aa - a1 * ma) / determinant, perActivation = (a1 * mm - m1 * ma) / determinant;
        return (perMac, perActivation) switch
        {
            ( < 0, _) => new DeviceTime(feed, 0, a1 / aa),
            (_, < 0) => new DeviceTime(feed, m1 / mm, 0),
            _ => new DeviceTime(feed, perMac, perActivation),
        };
    }

    private static double Square(double value) => value * value;
}
