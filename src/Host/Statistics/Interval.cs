namespace StreamTrainer.Host.Statistics;

/// <summary>An interval that holds a quantity with some confidence, both ends in its unit.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>The confidence of every interval that nobody asks otherwise for.</summary>
    public const double Confidence = 0.95;

    /// <summary>Whether a value lies in it, ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
