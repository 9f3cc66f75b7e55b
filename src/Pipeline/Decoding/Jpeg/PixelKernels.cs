using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// What is done to blocks and rows of samples on their way to pixels: libjpeg-turbo's arithmetic, to the bit. One
/// object a level (<see cref="For"/>), all with the same results; stateless, any thread.
/// </summary>
internal abstract unsafe class PixelKernels
{
    /// <summary>Bytes behind the end of what is asked for that a kernel may read or write.</summary>
    public const int Slack = 128;

    /// <summary>Blocks that a call of <see cref="Transform"/> touches at least.</summary>
    public const int LeastBlocks = 4;

    private static readonly ScalarKernels s_scalar = new();
    private static readonly PixelKernels s_128 = new VectorKernels<Lanes128, Vector128<short>>(VectorLevel.Vector128);
    private static readonly PixelKernels s_256 = new VectorKernels<Lanes256, Vector256<short>>(VectorLevel.Vector256);
    private static readonly PixelKernels s_512 = new VectorKernels<Lanes512, Vector512<short>>(VectorLevel.Vector512);

    /// <summary>The vectors that it computes with.</summary>
    public abstract VectorLevel Level { get; }

    /// <summary>The kernels of a level, or of the highest that may be used here.</summary>
    public static PixelKernels For(VectorLevel? level) => VectorLevels.Usable(level) switch
    {
        VectorLevel.Vector512 => s_512,
        VectorLevel.Vector256 => s_256,
        VectorLevel.Vector128 => s_128,
        _ => s_scalar,
    };

    /// <summary>Coefficients to samples: dequantises, transforms (ISLOW), adds 128, cuts to 0 to 255.</summary>
    /// <param name="blocks">Consecutive blocks, <c>[count, 8, 8]</c>; <see cref="LeastBlocks"/> may be read even if fewer are wanted.</param>
    /// <param name="count">How many.</param>
    /// <param name="steps">The 64 steps of the quantisation, row by row.</param>
    /// <param name="target">The first block's first sample; the others follow to the right, <see cref="LeastBlocks"/> at least.</param>
    /// <param name="stride">Bytes from a row of samples to the next.</param>
    public abstract void Transform(short* blocks, int count, short* steps, byte* target, int stride);

    /// <summary>Twice as many samples, each three parts its nearest and one part the next.</summary>
    /// <param name="row">The first sample; one before it and one behind the last are read too.</param>
    /// <param name="count">Samples of the row.</param>
    /// <param name="target">Twice as many.</param>
    public abstract void Widen(byte* row, int count, byte* target);

    /// <summary>The same in both directions.</summary>
    /// <param name="near">The row that is nearer to the one that is made; <inheritdoc cref="Widen" path="/param[@name='row']"/></param>
    /// <param name="far">The row on its other side, likewise.</param>
    /// <param name="count">Samples of a row.</param>
    /// <param name="sums">Room for as many numbers, two, and the slack.</param>
    /// <param name="target">Twice as many samples.</param>
    public abstract void WidenBoth(byte* near, byte* far, int count, short* sums, byte* target);

    /// <summary>A row between two: three parts the nearer and one part the other.</summary>
    /// <param name="near">The nearer row.</param>
    /// <param name="far">The other.</param>
    /// <param name="bias">What is added before the result is cut: 1 for a row above the nearer one's middle, 2 for one below.</param>
    /// <param name="count">Samples of a row.</param>
    /// <param name="target">As many.</param>
    public abstract void Between(byte* near, byte* far, int bias, int count, byte* target);

    /// <summary>Luminance and two colour differences to packed RGB.</summary>
    public abstract void YCbCr(byte* y, byte* cb, byte* cr, int count, byte* rgb);

    /// <summary>Three planes to packed RGB.</summary>
    public abstract void Rgb(byte* red, byte* green, byte* blue, int count, byte* rgb);
}
