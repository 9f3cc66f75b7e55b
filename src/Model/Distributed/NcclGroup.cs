using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;

namespace StreamTrainer.Model.Distributed;

/// <summary>Ranks with a GPU each, and the stream of this one on which they sum up. The host waits for nothing. One thread at a time.</summary>
internal sealed class NcclGroup : IDisposable
{
    private readonly NcclLibrary _nccl;
    private readonly CudaStream _stream;
    private readonly nint _communicator;

    /// <summary>Joins the other ranks; waits for them.</summary>
    /// <param name="nccl">The library.</param>
    /// <param name="name">The group's name, the same on all its ranks.</param>
    /// <param name="rank">This rank in the group.</param>
    /// <param name="ranks">How many there are.</param>
    /// <param name="stream">A stream of this rank's device; disposed of.</param>
    /// <exception cref="IOException">They cannot be joined.</exception>
    public NcclGroup(NcclLibrary nccl, byte[] name, int rank, int ranks, CudaStream stream)
    {
        _nccl = nccl;
        _stream = stream;
        Size = ranks;
        stream.Enter();
        _communicator = nccl.Join(name, rank, ranks);
    }

    /// <summary>How many ranks there are.</summary>
    public int Size { get; }

    /// <summary>Launches sums of what libtorch has been told to compute so far.</summary>
    /// <param name="values">The address of the first number, in whose place the sums come.</param>
    /// <param name="count">How many.</param>
    /// <param name="type"><see cref="NcclLibrary"/>'s number type.</param>
    /// <exception cref="IOException">A link, a rank or the device has failed.</exception>
    public void Sum(nint values, long count, int type)
    {
        _stream.AfterComputing();
        _nccl.Sum(_communicator, values, count, type, _stream.Handle);
    }

    /// <summary>What libtorch is told to compute from here on finds the sums.</summary>
    /// <exception cref="IOException">A link, a rank or the device has failed.</exception>
    public void Complete()
    {
        _nccl.CheckLaunched(_communicator);
        _stream.BeforeComputing();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _nccl.Leave(_communicator);
        _stream.Dispose();
    }
}
