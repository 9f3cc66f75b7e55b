using System.Diagnostics;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Harness;

/// <summary>
/// A device that there is none of: its copies take as long as their bytes need on a link, its steps take a known time, and launching a
/// step's kernels keeps the training thread busy for a part of it. Bytes are really copied, into this machine's memory.
/// </summary>
/// <param name="bytesPerSecond">What the link carries.</param>
internal sealed class SimulatedDevice(double bytesPerSecond) : ICopyEngine
{
    /// <summary>The part of a step in which the training thread launches its kernels.</summary>
    private const double Launching = 0.05;

    private readonly object _lock = new();
    private Action? _copy;
    private Thread? _thread;
    private bool _closed;
    private long _stepEnd;

    /// <summary>Seconds of all copies so far.</summary>
    public double Copying { get; private set; }

    /// <summary>Seconds of them in which the training thread waited.</summary>
    public double Exposed { get; private set; }

    /// <inheritdoc/>
    public void Begin(Tensor source, Tensor destination)
    {
        long bytes = source.NumberOfElements;
        nint from = TensorAddress.Of(source), to = TensorAddress.Of(destination);
        double seconds = bytes / bytesPerSecond;
        Copying += seconds;
        long start = Stopwatch.GetTimestamp();
        _thread ??= Start();
        lock (_lock)
        {
            _copy = () =>
            {
                unsafe
                {
                    Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
                }

                Until(start, seconds);
            };
            Monitor.PulseAll(_lock);
        }
    }

    /// <inheritdoc/>
    public void Wait()
    {
        long start = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            while (_copy is not null)
            {
                Monitor.Wait(_lock);
            }
        }

        Exposed += Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public bool Computing => Stopwatch.GetTimestamp() < _stepEnd;

    /// <summary>A step: kernels are launched, then <paramref name="launched"/> is called, then the result is waited for.</summary>
    public void Step(double seconds, Action launched)
    {
        long start = Stopwatch.GetTimestamp();
        _stepEnd = start + (long)(seconds * Stopwatch.Frequency);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < Launching * seconds)
        {
            Thread.SpinWait(20);
        }

        launched();
        Until(start, seconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }

        _thread?.Join();
    }

    private Thread Start()
    {
        var thread = new Thread(() =>
        {
            while (true)
            {
                Action? copy;
                lock (_lock)
                {
                    while (_copy is null && !_closed)
                    {
                        Monitor.Wait(_lock);
                    }

                    copy = _copy;
                }

                if (copy is null)
                {
                    return;
                }

                copy();
                lock (_lock)
                {
                    _copy = null;
                    Monitor.PulseAll(_lock);
                }
            }
        })
        { IsBackground = true, Name = "simulated copies" };
        thread.Start();
        return thread;
    }

    /// <summary>Sleeps until a moment of <see cref="Stopwatch.GetTimestamp"/>; returns at once behind it.</summary>
    public static void Until(long moment)
    {
        double left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), moment).TotalSeconds;
        if (left > 0)
        {
            Thread.Sleep(TimeSpan.FromSeconds(left));
        }
    }

    private static void Until(long start, double seconds) => Until(start + (long)(seconds * Stopwatch.Frequency));
}
