using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Distributed.Native;

/// <summary>NCCL's C interface (NVIDIA, NCCL 2 user guide, "API"), loaded where several ranks train on GPUs.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>ncclDataType_t.</summary>
    public const int Float16 = 6, Float32 = 7, Float64 = 8, BFloat16 = 9;

    private const int SumOperation = 0, Success = 0, InProgress = 7;

    private readonly delegate* unmanaged<UniqueId*, int> _getUniqueId;
    private readonly delegate* unmanaged<nint*, int, UniqueId, int, int> _initRank;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<nint, int*, int> _asyncError;
    private readonly delegate* unmanaged<nint, int> _destroy, _abort;
    private readonly delegate* unmanaged<int, nint> _errorString;
    private readonly delegate* unmanaged<nint, nint> _lastError;

    /// <summary>The interface of a loaded library.</summary>
    /// <exception cref="UserErrorException">It is not NCCL's.</exception>
    public NcclLibrary(nint handle)
    {
        try
        {
            nint Export(string name) => NativeLibrary.GetExport(handle, name);
            _getUniqueId = (delegate* unmanaged<UniqueId*, int>)Export("ncclGetUniqueId");
            _initRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)Export("ncclCommInitRank");
            _allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Export("ncclAllReduce");
            _asyncError = (delegate* unmanaged<nint, int*, int>)Export("ncclCommGetAsyncError");
            _destroy = (delegate* unmanaged<nint, int>)Export("ncclCommDestroy");
            _abort = (delegate* unmanaged<nint, int>)Export("ncclCommAbort");
            _errorString = (delegate* unmanaged<int, nint>)Export("ncclGetErrorString");
        }
        catch (EntryPointNotFoundException error)
        {
            throw new UserErrorException($"libnccl.so.2 is too old ({error.Message}); install NCCL 2.4 or newer on every host", error);
        }

        // Since 2.13: says what was the matter, where the code says only of what kind it was.
        _lastError = NativeLibrary.TryGetExport(handle, "ncclGetLastError", out nint last) ? (delegate* unmanaged<nint, nint>)last : null;
    }

    /// <summary>Loads it.</summary>
    /// <exception cref="UserErrorException">It is not there.</exception>
    public static NcclLibrary Load() =>
        NativeLibrary.TryLoad("libnccl.so.2", out nint handle) || NativeLibrary.TryLoad("libnccl.so", out handle)
            ? new NcclLibrary(handle)
            : throw new UserErrorException("several ranks train on GPUs, and NCCL's library, libnccl.so.2, cannot be loaded: install it (NVIDIA's package libnccl2) on every host, or set train.device to cpu");

    /// <summary>The name of a new group of ranks: made by one, given to all.</summary>
    public byte[] NewGroup()
    {
        UniqueId id;
        Check(_getUniqueId(&id), 0, "ranks cannot be joined");
        return new ReadOnlySpan<byte>(&id, sizeof(UniqueId)).ToArray();
    }

    /// <summary>Joins a group with the calling thread's current device; waits for all its ranks.</summary>
    /// <returns>NCCL's <c>ncclComm_t</c>.</returns>
    public nint Join(ReadOnlySpan<byte> group, int rank, int ranks)
    {
        UniqueId id = MemoryMarshal.Read<UniqueId>(group);
        nint communicator;
        Check(_initRank(&communicator, ranks, id, rank), 0, "ranks are not joined");
        return communicator;
    }

    /// <summary>Launches on a stream of the current device: numbers become their sums over the ranks, in their place.</summary>
    public void Sum(nint communicator, nint values, long count, int type, nint stream) =>
        Check(_allReduce(values, values, (nuint)count, type, SumOperation, communicator, stream), communicator, "gradients are not summed up over the ranks");

    /// <summary>Throws where something that was launched has failed: a link that broke, a rank that is gone.</summary>
    public void CheckLaunched(nint communicator)
    {
        int error;
        Check(_asyncError(communicator, &error), communicator, "gradients are not summed up over the ranks");
        Check(error == InProgress ? Success : error, communicator, "gradients are not summed up over the ranks");
    }

    /// <summary>Leaves a group; everything launched is done, or has failed and is given up.</summary>
    public void Leave(nint communicator)
    {
        int error;
        _ = _asyncError(communicator, &error) == Success && error == Success ? _destroy(communicator) : _abort(communicator);
    }

    private void Check(int error, nint communicator, string what)
    {
        if (error == Success)
        {
            return;
        }

        string kind = Marshal.PtrToStringUTF8(_errorString(error)) ?? string.Create(CultureInfo.InvariantCulture, $"error {error}");
        string? last = _lastError == null ? null : Marshal.PtrToStringUTF8(_lastError(communicator));
        throw new IOException(string.IsNullOrWhiteSpace(last) ? $"{what}: NCCL says {kind}" : $"{what}: NCCL says {kind}: {last.Trim()}");
    }

    /// <summary><c>ncclUniqueId</c>, which is handed over by value.</summary>
    private struct UniqueId
    {
        public fixed byte Bytes[128];
    }
}
