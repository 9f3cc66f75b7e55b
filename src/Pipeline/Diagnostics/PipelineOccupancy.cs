namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>How full a pipeline was, on average over the batches that were taken since the last look.</summary>
/// <param name="Ready">Filled batches that were there when one was asked for.</param>
/// <param name="Slots">Batches that the ring holds.</param>
/// <param name="Queued">Groups of read samples that waited for a worker.</param>
/// <param name="QueueCapacity">Groups that may wait so.</param>
/// <param name="ActiveWorkers">Workers that work now.</param>
/// <param name="Workers">Worker threads that there are.</param>
/// <param name="Readers">Reader threads.</param>
public sealed record PipelineOccupancy(double Ready, int Slots, double Queued, int QueueCapacity, int ActiveWorkers, int Workers, int Readers);
