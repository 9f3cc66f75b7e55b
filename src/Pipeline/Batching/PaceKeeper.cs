using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Pipeline.Diagnostics;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>Keeps the number of working threads at what <see cref="WorkerPace"/> says, period by period. The taker's thread alone.</summary>
internal sealed class PaceKeeper(WorkerGate gate, WorkerPace pace, TimeSpan period, ILogger logger)
{
    /// <summary>Fewer batches than this say nothing.</summary>
    private const int LeastBatches = 4;

    private readonly int _most = gate.Active;
    private long _start, _waited;
    private int _batches, _leastReady = int.MaxValue;

    /// <summary>A batch was taken.</summary>
    /// <param name="waitTicks">After such a wait.</param>
    /// <param name="ready">Batches that were there when it was asked for.</param>
    public void Taken(long waitTicks, int ready)
    {
        long now = Stopwatch.GetTimestamp();
        if (_start == 0)
        {
            // The first batch is always waited for.
            _start = now;
            PipelineMetrics.Workers(gate.Active);
            return;
        }

        _waited += waitTicks;
        _leastReady = Math.Min(_leastReady, ready);
        if (++_batches < LeastBatches || Stopwatch.GetElapsedTime(_start, now) < period)
        {
            return;
        }

        int active = pace.Next(_waited / (double)(now - _start), _leastReady);
        if (active != gate.Active)
        {
            gate.Active = active;
            PipelineLog.WorkersChanged(logger, active, _most);
            PipelineMetrics.Workers(active);
        }

        (_start, _waited, _batches, _leastReady) = (now, 0, 0, int.MaxValue);
    }
}
