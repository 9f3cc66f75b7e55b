using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Tests;

namespace StreamTrainer.Pipeline.Tests.Decoding;

/// <summary>While it lives, every buffer of decoders, scans and resamplers on this thread is no larger than was asked for, and ends at a
/// page that may not be touched: a write or read behind it kills the process. Starts are aligned as they always are, so up to 63 bytes
/// more than the slack go unseen where a length is no multiple of 64.</summary>
internal sealed unsafe class GuardedBuffers : IDisposable
{
    private const long Alignment = 64;

    public GuardedBuffers() => PixelMemory.Guard = bytes =>
    {
        long aligned = (bytes + Alignment - 1) / Alignment * Alignment;
        var memory = new GuardedMemory(checked((int)aligned));
        Taken++;
        // What was never written is never to be seen.
        new Span<byte>(memory.Start, memory.Capacity).Fill(0xa5);
        return ((nint)(memory.End - aligned), memory);
    };

    /// <summary>How many buffers were made so: a test that makes none guards nothing.</summary>
    public int Taken { get; private set; }

    public void Dispose() => PixelMemory.Guard = null;
}
