namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>A sample that took longer than others.</summary>
/// <param name="Index">Its index in the source.</param>
/// <param name="Stage">What took so long: <c>read</c> or <c>work</c>, which is decoding and augmenting.</param>
/// <param name="Seconds">How long.</param>
public readonly record struct SlowSample(long Index, string Stage, double Seconds);
