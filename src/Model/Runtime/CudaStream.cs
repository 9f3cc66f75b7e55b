using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamTrainer.Model.Runtime;

/// <summary>
/// A CUDA stream of its own beside the one that libtorch computes on, which TorchSharp cannot make: by the driver's interface, whose
/// library has the same name everywhere. libtorch computes on the default stream of the device's primary context; every member makes that
/// context the calling thread's, so any thread may call, one at a time.
/// </summary>
internal sealed unsafe class CudaStream : IDisposable
{
    // A stream that does not wait for the default one, nor that for it.
    private const uint NonBlocking = 1;
    private const uint WithoutTiming = 2;
    private const int NotReady = 600;
    private const nint Default = 0;

    private readonly delegate* unmanaged<nint, int> _enter, _synchronise, _query, _destroy, _destroyEvent;
    private readonly delegate* unmanaged<int, int> _release;
    private readonly delegate* unmanaged<nint, nint, int> _record;
    private readonly delegate* unmanaged<nint, nint, uint, int> _wait;
    private readonly delegate* unmanaged<ulong, void*, nuint, nint, int> _copy;
    private readonly delegate* unmanaged<int, nint*, int> _errorText;
    private readonly int _device;
    private readonly nint _context, _computed, _done;
    private bool _disposed;

    /// <summary>Makes the stream.</summary>
    /// <param name="library">The driver's library.</param>
    /// <param name="index">The device's number.</param>
    /// <exception cref="IOException">The driver gives none.</exception>
    public CudaStream(nint library, int index)
    {
        nint Export(string name) => NativeLibrary.GetExport(library, name);
        _errorText = (delegate* unmanaged<int, nint*, int>)Export("cuGetErrorString");
        _enter = (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");
        _release = (delegate* unmanaged<int, int>)Export("cuDevicePrimaryCtxRelease_v2");
        _synchronise = (delegate* unmanaged<nint, int>)Export("cuStreamSynchronize");
        _query = (delegate* unmanaged<nint, int>)Export("cuStreamQuery");
        _destroy = (delegate* unmanaged<nint, int>)Export("cuStreamDestroy_v2");
        _record = (delegate* unmanaged<nint, nint, int>)Export("cuEventRecord");
        _wait = (delegate* unmanaged<nint, nint, uint, int>)Export("cuStreamWaitEvent");
        _destroyEvent = (delegate* unmanaged<nint, int>)Export("cuEventDestroy_v2");
        _copy = (delegate* unmanaged<ulong, void*, nuint, nint, int>)Export("cuMemcpyHtoDAsync_v2");
        var init = (delegate* unmanaged<uint, int>)Export("cuInit");
        var device = (delegate* unmanaged<int*, int, int>)Export("cuDeviceGet");
        var retain = (delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain");
        var create = (delegate* unmanaged<nint*, uint, int>)Export("cuStreamCreate");
        var createEvent = (delegate* unmanaged<nint*, uint, int>)Export("cuEventCreate");

        const string none = "no stream of its own on the device";
        int number;
        nint context, stream, computed, done;
        Check(init(0), none);
        Check(device(&number, index), none);
        Check(retain(&context, number), none);
        (_device, _context) = (number, context);
        try
        {
            Check(_enter(context), none);
            Check(create(&stream, NonBlocking), none);
            Handle = stream;
            Check(createEvent(&computed, WithoutTiming), none);
            _computed = computed;
            Check(createEvent(&done, WithoutTiming), none);
            _done = done;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A stream of a device.</summary>
    /// <exception cref="IOException">There is no driver, or it gives none.</exception>
    public static CudaStream Of(TorchSharp.torch.Device device) =>
        new(CudaDriver.Library ?? throw new IOException($"the driver's library of {device} cannot be loaded"), device.index);

    /// <summary>The driver's <c>CUstream</c>.</summary>
    public nint Handle { get; }

    /// <summary>Whether libtorch's stream still computes something. An error there is the computing's own, and is told where its result
    /// is read.</summary>
    public bool Computing
    {
        get
        {
            _ = _enter(_context);
            return _query(Default) == NotReady;
        }
    }

    /// <summary>Makes the device the calling thread's, for libraries that take the current one.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    public void Enter() => Check(_enter(_context), "the device is gone");

    /// <summary>Copies bytes to the device on this stream; returns at once where they lie in page-locked memory.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    public void Copy(nint from, nint to, long bytes, string what)
    {
        Enter();
        Check(_copy((ulong)to, (void*)from, (nuint)bytes, Handle), what);
    }

    /// <summary>What comes on this stream waits for everything that was launched on libtorch's.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    public void AfterComputing() => Order(_computed, Default, Handle);

    /// <summary>What is launched on libtorch's stream waits for everything on this one.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    public void BeforeComputing() => Order(_done, Handle, Default);

    /// <summary>Waits on the host for everything on this stream.</summary>
    /// <exception cref="IOException">The device has failed; the text begins with <paramref name="what"/>.</exception>
    public void Wait(string what)
    {
        Enter();
        Check(_synchronise(Handle), what);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = _enter(_context);
        if (Handle != 0)
        {
            _ = _synchronise(Handle);
            _ = _destroy(Handle);
        }

        if (_computed != 0)
        {
            _ = _destroyEvent(_computed);
        }

        if (_done != 0)
        {
            _ = _destroyEvent(_done);
        }

        _ = _release(_device);
    }

    // A wait is for the event as it was recorded last before it: recorded again it does not move, so one is enough for a direction.
    private void Order(nint mark, nint first, nint second)
    {
        const string what = "streams of the device do not wait for each other";
        Enter();
        Check(_record(mark, first), what);
        Check(_wait(second, mark, 0), what);
    }

    private void Check(int error, string what)
    {
        if (error == 0)
        {
            return;
        }

        nint text;
        string why = _errorText(error, &text) == 0 && text != 0
            ? Marshal.PtrToStringUTF8(text)!
            : string.Create(CultureInfo.InvariantCulture, $"error {error}");
        throw new IOException($"{what}: {why}");
    }
}
