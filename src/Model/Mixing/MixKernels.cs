using System.Runtime.Intrinsics;

namespace StreamTrainer.Model.Mixing;

/// <summary>Mixing of two images in their own memory.</summary>
internal static class MixKernels
{
    /// <summary>one = one * keep + other * give and other = other * keep + one * give, each product and the sum rounded to fp32, the
    /// result half to even.</summary>
    public static void Blend(Span<byte> one, Span<byte> other, float keep, float give)
    {
        int i = 0;
        for (; i <= one.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            Vector128<byte> a = Vector128.Create<byte>(one.Slice(i, 16)), b = Vector128.Create<byte>(other.Slice(i, 16));
            (Vector256<ushort> a16, Vector256<ushort> b16) = (Wide(a), Wide(b));
            (Vector256<int> a0, Vector256<int> a1) = Wider(a16);
            (Vector256<int> b0, Vector256<int> b1) = Wider(b16);
            Narrow(Mixed(a0, b0, keep, give), Mixed(a1, b1, keep, give)).CopyTo(one[i..]);
            Narrow(Mixed(b0, a0, keep, give), Mixed(b1, a1, keep, give)).CopyTo(other[i..]);
        }

        for (; i < one.Length; i++)
        {
            (byte a, byte b) = (one[i], other[i]);
            one[i] = Mixed(a, b, keep, give);
            other[i] = Mixed(b, a, keep, give);
        }
    }

    /// <summary>The same for <paramref name="one"/> alone.</summary>
    public static void BlendInto(Span<byte> one, ReadOnlySpan<byte> other, float keep, float give)
    {
        int i = 0;
        for (; i <= one.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector256<int> a0, Vector256<int> a1) = Wider(Wide(Vector128.Create<byte>(one.Slice(i, 16))));
            (Vector256<int> b0, Vector256<int> b1) = Wider(Wide(Vector128.Create(other.Slice(i, 16))));
            Narrow(Mixed(a0, b0, keep, give), Mixed(a1, b1, keep, give)).CopyTo(one[i..]);
        }

        for (; i < one.Length; i++)
        {
            one[i] = Mixed(one[i], other[i], keep, give);
        }
    }

    /// <summary>Exchanges two stretches.</summary>
    public static void Swap(Span<byte> one, Span<byte> other)
    {
        Span<byte> buffer = stackalloc byte[512];
        while (!one.IsEmpty)
        {
            int length = Math.Min(one.Length, buffer.Length);
            one[..length].CopyTo(buffer);
            other[..length].CopyTo(one);
            buffer[..length].CopyTo(other);
            one = one[length..];
            other = other[length..];
        }
    }

    private static byte Mixed(byte a, byte b, float keep, float give)
    {
        float kept = a * keep, given = b * give;
        return (byte)Math.Clamp(MathF.Round(kept + given, MidpointRounding.ToEven), 0f, 255f);
    }

    // Native: sums lie in 0 to 255, so what a conversion does out of range does not matter.
    private static Vector256<int> Mixed(Vector256<int> a, Vector256<int> b, float keep, float give) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.ConvertToSingle(a) * keep + Vector256.ConvertToSingle(b) * give, MidpointRounding.ToEven));

    private static Vector256<ushort> Wide(Vector128<byte> bytes)
    {
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
        return Vector256.Create(low, high);
    }

    private static (Vector256<int> Low, Vector256<int> High) Wider(Vector256<ushort> values)
    {
        (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(values);
        return (low.AsInt32(), high.AsInt32());
    }

    private static Vector128<byte> Narrow(Vector256<int> low, Vector256<int> high)
    {
        Vector256<short> values = Vector256.Narrow(low, high);
        return Vector128.Narrow(values.GetLower().AsUInt16(), values.GetUpper().AsUInt16());
    }
}
