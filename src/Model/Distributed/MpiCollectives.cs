using System.Runtime.InteropServices;
using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Distributed;

/// <summary>The processes that Open MPI started together. Made and disposed of by the same thread, once a process; used by one thread at a
/// time, a <see cref="Part"/> by another one.</summary>
public sealed unsafe class MpiCollectives : ICollectives
{
    // MPI counts in int; a piece of memory that is larger goes in several calls.
    private const int Most = 1 << 28;
    private const nint InPlace = 1;

    private readonly MpiLibrary _mpi;
    private readonly nint _communicator;
    private readonly nint _addFloat16, _addBFloat16;
    private readonly bool _owner;

    private MpiCollectives(MpiLibrary mpi, nint communicator, nint addFloat16, nint addBFloat16, bool owner)
    {
        _mpi = mpi;
        _communicator = communicator;
        _addFloat16 = addFloat16;
        _addBFloat16 = addBFloat16;
        _owner = owner;
        int rank, size;
        mpi.Check(mpi.CommRank(communicator, &rank), "the rank is not known");
        mpi.Check(mpi.CommSize(communicator, &size), "the number of ranks is not known");
        (Rank, Size) = (rank, size);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Joins the other processes; waits for them.</summary>
    /// <exception cref="UserErrorException">There is no Open MPI, or not one that threads may use.</exception>
    public static MpiCollectives Join()
    {
        MpiLibrary mpi = MpiLibrary.Load();
        int provided;
        mpi.Check(mpi.InitThread(null, null, MpiLibrary.ThreadMultiple, &provided), "the ranks do not find each other");
        if (provided < MpiLibrary.ThreadMultiple)
        {
            throw new UserErrorException("this Open MPI was built without support for threads (MPI_THREAD_MULTIPLE); install one with it");
        }

        mpi.Check(mpi.SetErrorHandler(mpi.World, mpi.ErrorsReturn), "errors are not told");
        nint addFloat16, addBFloat16;
        mpi.Check(mpi.CreateOperation((delegate* unmanaged[Cdecl]<void*, void*, int*, void*, void>)&HalfSums.Float16Operation, 1, &addFloat16), "no sum of fp16");
        mpi.Check(mpi.CreateOperation((delegate* unmanaged[Cdecl]<void*, void*, int*, void*, void>)&HalfSums.BFloat16Operation, 1, &addBFloat16), "no sum of bf16");
        return new MpiCollectives(mpi, mpi.World, addFloat16, addBFloat16, owner: true);
    }

    /// <inheritdoc/>
    public ICollectives Part(int number)
    {
        nint part;
        _mpi.Check(_mpi.Split(_communicator, number, Rank, &part), "the ranks are not divided");
        return new MpiCollectives(_mpi, part, _addFloat16, _addBFloat16, owner: false);
    }

    /// <inheritdoc/>
    public void Sum(void* values, long count, NumberType type)
    {
        (nint number, nint operation, int bytes) = type switch
        {
            NumberType.Float32 => (_mpi.Float32, _mpi.Sum, 4),
            NumberType.Float64 => (_mpi.Float64, _mpi.Sum, 8),
            NumberType.Float16 => (_mpi.UInt16, _addFloat16, 2),
            _ => (_mpi.UInt16, _addBFloat16, 2),
        };
        for (long first = 0; first < count; first += Most)
        {
            int part = (int)Math.Min(Most, count - first);
            _mpi.Check(_mpi.AllReduce(InPlace, (byte*)values + first * bytes, part, number, operation, _communicator), "numbers are not summed up over the ranks");
        }
    }

    /// <inheritdoc/>
    public void Broadcast(void* bytes, long count)
    {
        for (long first = 0; first < count; first += Most)
        {
            _mpi.Check(_mpi.Broadcast((byte*)bytes + first, (int)Math.Min(Most, count - first), _mpi.Bytes, 0, _communicator), "rank 0's state does not reach the other ranks");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> bytes)
    {
        int own = bytes.Length;
        int* lengths = stackalloc int[Size];
        int* starts = stackalloc int[Size];
        _mpi.Check(_mpi.AllGather(&own, sizeof(int), _mpi.Bytes, lengths, sizeof(int), _mpi.Bytes, _communicator), "the ranks do not hear each other");
        int total = 0;
        for (int rank = 0; rank < Size; rank++)
        {
            starts[rank] = total;
            total = checked(total + lengths[rank]);
        }

        byte[] all = new byte[Math.Max(1, total)];
        fixed (byte* from = &MemoryMarshal.GetReference(bytes), to = all)
        {
            _mpi.Check(_mpi.AllGatherV(from, own, _mpi.Bytes, to, lengths, starts, _mpi.Bytes, _communicator), "the ranks do not hear each other");
        }

        var result = new byte[Size][];
        for (int rank = 0; rank < Size; rank++)
        {
            result[rank] = all.AsSpan(starts[rank], lengths[rank]).ToArray();
        }

        return result;
    }

    /// <inheritdoc/>
    public void Barrier() => _mpi.Check(_mpi.Barrier(_communicator), "the ranks do not wait for each other");

    /// <summary>Leaves the other processes; waits for them to leave too.</summary>
    public void Dispose()
    {
        if (_owner)
        {
            _ = _mpi.Finish();
        }
    }
}
