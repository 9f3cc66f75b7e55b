using System.Runtime.InteropServices;
using System.Text;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Distributed.Native;

/// <summary>Open MPI's C interface, loaded where a run has several processes: its handles are addresses of exported symbols (ABI 40, Open
/// MPI 2 to 5).</summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Any thread may call it at any time.</summary>
    public const int ThreadMultiple = 3;

    private const int LongestText = 256;

    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;

    private MpiLibrary(nint handle)
    {
        Handle = handle;
        World = Export("ompi_mpi_comm_world");
        Bytes = Export("ompi_mpi_byte");
        Float32 = Export("ompi_mpi_float");
        Float64 = Export("ompi_mpi_double");
        UInt16 = Export("ompi_mpi_uint16_t");
        Int64 = Export("ompi_mpi_int64_t");
        Sum = Export("ompi_mpi_op_sum");
        InitThread = (delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread");
        Finish = (delegate* unmanaged<int>)Export("MPI_Finalize");
        SetErrorHandler = (delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler");
        ErrorsReturn = Export("ompi_mpi_errors_return");
        Split = (delegate* unmanaged<nint, int, int, nint*, int>)Export("MPI_Comm_split");
        CommRank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        CommSize = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        CreateOperation = (delegate* unmanaged<void*, int, nint*, int>)Export("MPI_Op_create");
        AllReduce = (delegate* unmanaged<nint, void*, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        Broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast");
        AllGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Export("MPI_Allgather");
        AllGatherV = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Allgatherv");
        Barrier = (delegate* unmanaged<nint, int>)Export("MPI_Barrier");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
    }

    public nint Handle { get; }

    public nint World { get; }

    public nint Bytes { get; }

    public nint Float32 { get; }

    public nint Float64 { get; }

    public nint UInt16 { get; }

    public nint Int64 { get; }

    public nint Sum { get; }

    public nint ErrorsReturn { get; }

    public delegate* unmanaged<int*, byte***, int, int*, int> InitThread { get; }

    public delegate* unmanaged<int> Finish { get; }

    public delegate* unmanaged<nint, nint, int> SetErrorHandler { get; }

    public delegate* unmanaged<nint, int, int, nint*, int> Split { get; }

    public delegate* unmanaged<nint, int*, int> CommRank { get; }

    public delegate* unmanaged<nint, int*, int> CommSize { get; }

    public delegate* unmanaged<void*, int, nint*, int> CreateOperation { get; }

    public delegate* unmanaged<nint, void*, int, nint, nint, nint, int> AllReduce { get; }

    public delegate* unmanaged<void*, int, nint, int, nint, int> Broadcast { get; }

    public delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> AllGather { get; }

    public delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> AllGatherV { get; }

    public delegate* unmanaged<nint, int> Barrier { get; }

    /// <summary>Loads it.</summary>
    /// <exception cref="UserErrorException">It is not there, or not Open MPI's.</exception>
    public static MpiLibrary Load()
    {
        if (!NativeLibrary.TryLoad("libmpi.so.40", out nint handle) && !NativeLibrary.TryLoad("libmpi.so", out handle))
        {
            throw new UserErrorException("this process was started as one of several, and Open MPI's library, libmpi.so.40, cannot be loaded: install it (openmpi-bin) on every host, or start one process alone");
        }

        try
        {
            return new MpiLibrary(handle);
        }
        catch (EntryPointNotFoundException error)
        {
            throw new UserErrorException($"libmpi.so.40 is not Open MPI's ({error.Message}): other MPI libraries are not known; install openmpi-bin", error);
        }
    }

    /// <summary>Throws where a call did not succeed.</summary>
    /// <exception cref="IOException">It did not.</exception>
    public void Check(int code, string what)
    {
        if (code == 0)
        {
            return;
        }

        byte* text = stackalloc byte[LongestText];
        int length = 0;
        string reason = _errorString(code, text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : $"error {code}";
        throw new IOException($"{what}: MPI says {reason}");
    }

    private nint Export(string name) => NativeLibrary.GetExport(Handle, name);
}
