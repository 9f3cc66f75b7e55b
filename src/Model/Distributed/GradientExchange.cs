using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>
/// Sums of the flat gradient over the ranks, piece by piece. Overlapped, a thread of its own sends a piece as soon as the backward pass
/// has come past it: libtorch counts how often a tensor was written to, and adds to each parameter's gradient once a pass.
/// <see cref="BackwardBegins"/> and <see cref="Finish"/> are the training thread's.
/// </summary>
internal sealed partial class GradientExchange : IDisposable
{
    /// <summary>Between two looks at what is ready, in milliseconds: a core that computes is not to be kept busy with looking.</summary>
    private const int Pause = 1;

    private readonly IReadOnlyList<Tensor> _views;
    private readonly IReadOnlyList<GradientBucket> _buckets;
    private readonly IBucketReducer _reducer;
    private readonly long[] _before;
    private readonly Thread? _thread;
    private readonly SemaphoreSlim _begun = new(0), _done = new(0);
    private volatile bool _backwardDone, _closing;
    private bool _running;
    private ExceptionDispatchInfo? _failure;

    /// <summary>An exchange of a flat gradient.</summary>
    /// <param name="flat">The parameters and their gradients.</param>
    /// <param name="buckets">The pieces, in the order in which they are sent.</param>
    /// <param name="reducer">What sends them; disposed of.</param>
    /// <param name="overlap">Whether they are sent during the backward pass.</param>
    public GradientExchange(FlatState flat, IReadOnlyList<GradientBucket> buckets, IBucketReducer reducer, bool overlap)
    {
        _views = flat.GradientViews;
        _buckets = buckets;
        _reducer = reducer;
        _before = new long[_views.Count];
        if (overlap)
        {
            _thread = new Thread(Send) { Name = "gradients", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Pieces that were sent before the backward pass was over, since the start.</summary>
    public long SentEarly { get; private set; }

    /// <summary>A backward pass begins whose gradients are the step's.</summary>
    public void BackwardBegins()
    {
        if (_thread is null)
        {
            return;
        }

        for (int i = 0; i < _before.Length; i++)
        {
            _before[i] = Writes(_views[i].Handle);
        }

        _backwardDone = false;
        _running = true;
        _begun.Release();
    }

    /// <summary>The backward pass is over: waits until all gradients are sums, or launched to be.</summary>
    public void Finish()
    {
        if (_running)
        {
            _running = false;
            _backwardDone = true;
            _done.Wait();
            _failure?.Throw();
        }
        else
        {
            foreach (GradientBucket bucket in _buckets)
            {
                _reducer.Reduce(bucket);
            }
        }

        _reducer.Complete();
    }

    /// <summary>Ends the thread. A backward pass that began must be finished.</summary>
    public void Dispose()
    {
        if (_running)
        {
            // An error came between: the other ranks are in the middle of a sum, which nobody can wait for.
            return;
        }

        _closing = true;
        _begun.Release();
        _thread?.Join();
        _reducer.Dispose();
        _begun.Dispose();
        _done.Dispose();
    }

    private void Send()
    {
        while (true)
        {
            _begun.Wait();
            if (_closing)
            {
                return;
            }

            try
            {
                foreach (GradientBucket bucket in _buckets)
                {
                    while (!_backwardDone && !IsReady(bucket))
                    {
                        Thread.Sleep(Pause);
                    }

                    SentEarly += _backwardDone ? 0 : 1;
                    _reducer.Reduce(bucket);
                }
            }
            catch (Exception error)
            {
                _failure = ExceptionDispatchInfo.Capture(error);
            }

            _done.Release();
        }
    }

    private bool IsReady(GradientBucket bucket)
    {
        foreach (int segment in bucket.Segments)
        {
            if (Writes(_views[segment].Handle) == _before[segment])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>at::TensorBase::_version</c>, which TorchSharp does not show: how often a tensor was written to. Any thread.</summary>
    [LibraryImport("torch_cpu", EntryPoint = "_ZNK2at10TensorBase8_versionEv")]
    private static partial long Writes(nint tensor);
}
