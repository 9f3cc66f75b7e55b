namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Time of one sample by kind of work, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
public record struct TransformTiming(long DecodeTicks, long TransformTicks);
