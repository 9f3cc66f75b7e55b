using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>A tensor's bytes in pieces: a span's length is an int, a tensor's may be more.</summary>
internal static class TensorBytes
{
    private const int ChunkBytes = 1 << 26;

    /// <summary>What to do with a piece.</summary>
    public delegate void SpanAction(Span<byte> chunk);

    /// <summary>Visits all bytes of a contiguous tensor of one dimension on the CPU, in order.</summary>
    public static void ForEach(Tensor flat, SpanAction action)
    {
        long step = ChunkBytes / flat.ElementSize;
        for (long done = 0; done < flat.numel(); done += step)
        {
            using Tensor chunk = flat.narrow(0, done, Math.Min(step, flat.numel() - done));
            action(chunk.bytes);
        }
    }

    /// <summary>Writes a tensor, on any device and with any strides, in row-major order.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        ForEach(tensor.detach().cpu().contiguous().reshape(-1), chunk => stream.Write(chunk));
    }

    /// <summary>Elements of a shape; none: it is no shape of a tensor that this machine could hold.</summary>
    public static long? Count(ReadOnlySpan<long> shape)
    {
        const long Largest = 1L << 48;
        const int MostDimensions = 64;
        long count = 1, sides = 1;
        foreach (long side in shape)
        {
            // A side of zero must not hide the others: strides are their product.
            if (side < 0 || sides > Largest / Math.Max(side, 1))
            {
                return null;
            }

            sides *= Math.Max(side, 1);
            count *= side;
        }

        return shape.Length > MostDimensions ? null : count;
    }
}
