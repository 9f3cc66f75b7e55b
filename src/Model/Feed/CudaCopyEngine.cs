using System.Globalization;
using System.Runtime.InteropServices;
using StreamTrainer.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>
/// A CUDA stream of its own beside the one that libtorch computes on, which TorchSharp cannot make: by the driver's interface, whose
/// library has the same name everywhere. It works in libtorch's context of the device, which is current on the training thread.
/// </summary>
internal sealed unsafe class CudaCopyEngine : ICopyEngine
{
    // A stream that does not wait for the default one, nor that for it.
    private const uint NonBlocking = 1;
    private const int NotReady = 600;

    private readonly delegate* unmanaged<ulong, void*, nuint, nint, int> _copy;
    private readonly delegate* unmanaged<nint, int> _synchronise, _query, _destroy;
    private readonly delegate* unmanaged<int, nint*, int> _errorText;
    private readonly nint _stream;
    private bool _disposed;

    /// <summary>Makes the stream.</summary>
    /// <param name="library">The driver's library.</param>
    /// <exception cref="IOException">The driver gives none.</exception>
    public CudaCopyEngine(nint library)
    {
        var create = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(library, "cuStreamCreate");
        _copy = (delegate* unmanaged<ulong, void*, nuint, nint, int>)NativeLibrary.GetExport(library, "cuMemcpyHtoDAsync_v2");
        _synchronise = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuStreamSynchronize");
        _query = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuStreamQuery");
        _destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuStreamDestroy_v2");
        _errorText = (delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(library, "cuGetErrorString");
        nint stream;
        Check(create(&stream, NonBlocking), "no stream for copies");
        _stream = stream;
    }

    /// <summary>The engine of a device; null where there is no driver.</summary>
    public static CudaCopyEngine? Of(Device device)
    {
        if (CudaDriver.Library is not { } library)
        {
            return null;
        }

        using Tensor touch = zeros(1, device: device);
        return new CudaCopyEngine(library);
    }

    /// <inheritdoc/>
    public void Begin(Tensor source, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        long bytes = source.NumberOfElements;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, destination.NumberOfElements, nameof(source));
        Check(_copy((ulong)TensorAddress.Of(destination), (void*)TensorAddress.Of(source), (nuint)bytes, _stream), "a batch cannot be copied to the device");
        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    /// <summary>libtorch computes on the default stream. An error is the computing's own, and is told where its result is read.</summary>
    public bool Computing => _query(0) == NotReady;

    /// <inheritdoc/>
    public void Wait() => Check(_synchronise(_stream), "a batch did not come to the device");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = _synchronise(_stream);
            _ = _destroy(_stream);
        }
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
