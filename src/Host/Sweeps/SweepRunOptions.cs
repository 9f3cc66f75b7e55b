namespace StreamTrainer.Host.Sweeps;

/// <summary>How a sweep is trained.</summary>
/// <param name="Parallel">How many runs at once.</param>
/// <param name="Devices">The GPUs they are dealt to, as <c>CUDA_VISIBLE_DEVICES</c> names them; none: all see what this process sees.</param>
/// <param name="RetryFailed">Whether runs that ended by an error are tried again.</param>
internal sealed record SweepRunOptions(int Parallel, IReadOnlyList<string> Devices, bool RetryFailed);
