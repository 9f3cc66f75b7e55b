namespace StreamTrainer.Host.Statistics;

/// <summary>
/// How far a model's confidence, the probability of the class that it puts first, is from how often that class is right: the expected
/// calibration error over bins of equal width (Naeini, Cooper, Hauskrecht, AAAI 2015; Guo et al., "On calibration of modern neural
/// networks", ICML 2017, equations 2 to 5, arXiv 1706.04599). Any thread.
/// </summary>
internal sealed class Calibration
{
    /// <summary>Bins, as in Guo et al.</summary>
    public const int DefaultBins = 15;

    private Calibration(CalibrationBin[] bins, double ece)
    {
        Bins = bins;
        Ece = ece;
    }

    /// <summary>The bins in order, ((m - 1) / M, m / M]; what a reliability diagram shows.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>The expected calibration error, the sum over bins of count / n * |accuracy - confidence|; 0 of no images.</summary>
    public double Ece { get; }

    /// <summary>Of a model's answers.</summary>
    /// <param name="confidences">Probability of the class that came first, 0 to 1, an entry an image.</param>
    /// <param name="correct">Whether that class was right.</param>
    /// <param name="bins">How many bins.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a confidence is not in [0, 1].</exception>
    public static Calibration Of(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> correct, int bins = DefaultBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        Check(confidences.Length, correct.Length);
        var counts = new long[bins];
        var sums = new double[bins];
        var hits = new long[bins];
        for (int i = 0; i < confidences.Length; i++)
        {
            int bin = BinOf(confidences[i], bins);
            counts[bin]++;
            sums[bin] += confidences[i];
            hits[bin] += correct[i] ? 1 : 0;
        }

        CalibrationBin[] found = [.. Enumerable.Range(0, bins).Select(m =>
            new CalibrationBin((double)m / bins, (m + 1.0) / bins, counts[m], sums[m] / counts[m], (double)hits[m] / counts[m]))];
        return new Calibration(found, Error(sums, hits, confidences.Length));
    }

    /// <summary>The bootstrap of <see cref="Ece"/>. It is biased upwards, in a bin with few images by as much as they scatter, and
    /// resampling adds the same once more: its interval is the basic one, cut at 0.</summary>
    /// <inheritdoc cref="Of"/>
    /// <param name="seed">The seed.</param>
    /// <param name="resamples">How many resamples.</param>
    public static Interval EceInterval(double[] confidences, bool[] correct, int bins = DefaultBins, long seed = 0, int resamples = Bootstrap.DefaultResamples)
    {
        ArgumentNullException.ThrowIfNull(confidences);
        ArgumentNullException.ThrowIfNull(correct);
        Check(confidences.Length, correct.Length);
        int[] binOf = [.. confidences.Select(confidence => BinOf(confidence, bins))];
        Interval basic = Bootstrap.Of(
            confidences.Length,
            indices =>
            {
                Span<double> sums = stackalloc double[bins];
                Span<long> hits = stackalloc long[bins];
                foreach (int i in indices)
                {
                    sums[binOf[i]] += confidences[i];
                    hits[binOf[i]] += correct[i] ? 1 : 0;
                }

                return Error(sums, hits, indices.Length);
            },
            seed, resamples).Basic;
        return new Interval(Math.Max(0, basic.Low), Math.Max(0, basic.High));
    }

    /// <summary>The bin m with (m / M, (m + 1) / M], from 0; 0 itself is in the first.</summary>
    private static int BinOf(double confidence, int bins) => confidence is >= 0 and <= 1
        ? Math.Clamp((int)Math.Ceiling(confidence * bins) - 1, 0, bins - 1)
        : throw new ArgumentException($"a confidence of {confidence}: it is a probability, 0 to 1", nameof(confidence));

    /// <summary>The sum of count / n * |hits / count - sum / count|, which is that of |hits - sum| / n.</summary>
    private static double Error(ReadOnlySpan<double> sums, ReadOnlySpan<long> hits, int count)
    {
        double total = 0;
        for (int m = 0; m < sums.Length; m++)
        {
            total += Math.Abs(hits[m] - sums[m]);
        }

        return count == 0 ? 0 : total / count;
    }

    private static void Check(int confidences, int correct)
    {
        if (confidences != correct)
        {
            throw new ArgumentException($"{confidences} confidences for {correct} images");
        }
    }
}
