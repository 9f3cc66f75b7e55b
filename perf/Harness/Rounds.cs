namespace StreamTrainer.Perf.Harness;

/// <summary>What was measured of two sides, round by round.</summary>
internal sealed record Rounds(double[] A, double[] B)
{
    /// <summary>
    /// Measures A B A B ...: whatever else the machine does falls on both sides, and a ratio of two neighbours is worth more
    /// than two means. The first round of each is a warm-up and does not count.
    /// </summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="a">Measures the one side once.</param>
    /// <param name="b">Measures the other side once.</param>
    public static Rounds Interleave(int rounds, Func<double> a, Func<double> b)
    {
        a();
        b();
        var result = new Rounds(new double[rounds], new double[rounds]);
        for (int i = 0; i < rounds; i++)
        {
            result.A[i] = a();
            result.B[i] = b();
        }

        return result;
    }

    /// <summary>Measures any number of sides, one after the other in every round, likewise: <c>[side][round]</c>. Two rounds come
    /// before those that count.</summary>
    public static double[][] Interleave(int rounds, IReadOnlyList<Func<double>> sides)
    {
        const int WarmUp = 2;
        double[][] result = [.. sides.Select(_ => new double[rounds])];
        for (int round = -WarmUp; round < rounds; round++)
        {
            for (int side = 0; side < sides.Count; side++)
            {
                double seconds = sides[side]();
                if (round >= 0)
                {
                    result[side][round] = seconds;
                }
            }
        }

        return result;
    }

    /// <summary>A over B of every round.</summary>
    public IEnumerable<double> Ratios => A.Zip(B, (a, b) => a / b);
}
