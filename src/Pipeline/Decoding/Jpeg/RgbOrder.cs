using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>Where the bytes of packed RGB come from.</summary>
internal static class RgbOrder
{
    private const byte None = 0x80;

    /// <summary>Bytes 0 to 15 of eight pixels, of a lane of eight reds and eight greens.</summary>
    public static Vector128<byte> Both
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)0, 8, None, 1, 9, None, 2, 10, None, 3, 11, None, 4, 12, None, 5);
    }

    /// <summary>The same bytes, of a lane of eight blues.</summary>
    public static Vector128<byte> Blue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(None, None, (byte)0, None, None, 1, None, None, 2, None, None, 3, None, None, 4, None);
    }

    /// <summary>Bytes 16 to 23, of reds and greens.</summary>
    public static Vector128<byte> BothRest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)13, None, 6, 14, None, 7, 15, None, None, None, None, None, None, None, None, None);
    }

    /// <summary>Bytes 16 to 23, of blues.</summary>
    public static Vector128<byte> BlueRest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(None, (byte)5, None, None, 6, None, None, 7, None, None, None, None, None, None, None, None);
    }

    /// <summary>Bytes 0 to 63 of 32 pixels, of four lanes of eight reds and eight greens, and (from 64) four lanes of blues.</summary>
    public static Vector512<byte> First64
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            0, 8, 64, 1, 9, 65, 2, 10, 66, 3, 11, 67, 4, 12, 68, 5, 13, 69, 6, 14, 70, 7, 15, 71,
            16, 24, 80, 17, 25, 81, 18, 26, 82, 19, 27, 83, 20, 28, 84, 21, 29, 85, 22, 30, 86, 23, 31, 87,
            32, 40, 96, 33, 41, 97, 34, 42, 98, 35, 43, 99, 36, 44, 100, (byte)37);
    }

    /// <summary>Bytes 64 to 95 of the same, twice.</summary>
    public static Vector512<byte> Last32
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            45, 101, 38, 46, 102, 39, 47, 103, 48, 56, 112, 49, 57, 113, 50, 58, 114, 51, 59, 115, 52, 60, 116, 53, 61, 117, 54, 62, 118, 55, 63, 119,
            45, 101, 38, 46, 102, 39, 47, 103, 48, 56, 112, 49, 57, 113, 50, 58, 114, 51, 59, 115, 52, 60, 116, 53, 61, 117, 54, 62, 118, 55, 63, (byte)119);
    }
}
