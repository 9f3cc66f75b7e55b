using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// Which source pixels make each output pixel of a pass, and with which weights, as Pillow computes them: fixed point of 22
/// bits, rounded half away from zero. The weights are also kept split in two 16-bit parts, k = (k >> 11) * 2048 + (k &amp; 2047),
/// in the order in which the vector code multiplies. Rebuilt only when the sizes change; its memory is used again.
/// </summary>
internal sealed unsafe class ResampleTable : IDisposable
{
    /// <summary>Bits behind the point.</summary>
    public const int Precision = 32 - 8 - 2;

    /// <summary>Bits of the lower part of a split weight.</summary>
    public const int LowBits = 11;

    private const int LowMask = (1 << LowBits) - 1;

    private int* _bounds, _weights;
    private short* _quads;
    private int* _pairs;
    private long _boundsSize, _weightsSize, _quadsSize, _pairsSize;
    private (int Input, int Output, Interpolation Filter, int First, int Count) _key;
    private int _most;

    /// <summary>Makes the table of a pass.</summary>
    /// <param name="input">Pixels that come in.</param>
    /// <param name="output">Pixels that the whole pass would give.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="first">The first output pixel that is wanted.</param>
    /// <param name="count">How many are.</param>
    public void Build(int input, int output, Interpolation filter, int first, int count)
    {
        if (_key == (input, output, filter, first, count))
        {
            return;
        }

        _key = (input, output, filter, first, count);
        double scale = (double)input / output;
        double widened = Math.Max(scale, 1.0);
        double support = ResampleFilter.Support(filter) * widened;
        double shrink = 1.0 / widened;
        _most = ((int)Math.Ceiling(support) * 2 + 1 + 3) / 4 * 4;
        Reserve(count);
        double* values = stackalloc double[_most <= 512 ? _most : 0];
        double[]? many = _most <= 512 ? null : new double[_most];
        fixed (double* large = many)
        {
            for (int i = 0; i < count; i++)
            {
                Fill(i, first + i, _most <= 512 ? values : large);
            }
        }

        void Fill(int i, int position, double* v)
        {
            double center = (position + 0.5) * scale;
            int start = Math.Max(0, (int)(center - support + 0.5));
            int taps = Math.Min(input, (int)(center + support + 0.5)) - start;
            double sum = 0;
            for (int t = 0; t < taps; t++)
            {
                v[t] = ResampleFilter.Value(filter, (t + start - center + 0.5) * shrink);
                sum += v[t];
            }

            int* weights = _weights + (long)i * _most;
            new Span<int>(weights, _most).Clear();
            for (int t = 0; t < taps; t++)
            {
                double weight = sum != 0 ? v[t] / sum : v[t];
                weights[t] = (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << Precision));
            }

            _bounds[2 * i] = start;
            _bounds[2 * i + 1] = taps;
            Split(i, weights);
        }
    }

    /// <summary>The source pixels that the wanted output pixels need: the first and how many.</summary>
    public (int Start, int Count) Window
    {
        get
        {
            int last = _key.Count - 1;
            int start = _bounds[0];
            return (start, _bounds[2 * last] + _bounds[2 * last + 1] - start);
        }
    }

    /// <summary>First source pixel of the <paramref name="i"/>-th wanted output pixel.</summary>
    public int Start(int i) => _bounds[2 * i];

    /// <summary>How many source pixels it takes.</summary>
    public int Taps(int i) => _bounds[2 * i + 1];

    /// <summary>Its weights.</summary>
    public int* Weights(int i) => _weights + (long)i * _most;

    /// <summary>Its weights for four RGB pixels at once: 16 upper parts, 16 lower parts, each
    /// <c>k0 k1 k0 k1 k0 k1 0 0 k2 k3 k2 k3 k2 k3 0 0</c>; as many times as four go into the taps, rounded up.</summary>
    public short* Quads(int i) => _quads + (long)i * _most / 4 * 32;

    /// <summary>Its weights for two rows at once: <c>k0 k1</c> of the upper parts in one int, then of the lower parts; as many
    /// times as two go into the taps, rounded up.</summary>
    public int* Pairs(int i) => _pairs + (long)i * _most;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_bounds);
        NativeMemory.AlignedFree(_weights);
        NativeMemory.AlignedFree(_quads);
        NativeMemory.AlignedFree(_pairs);
        _bounds = _weights = _pairs = null;
        _quads = null;
    }

    private void Split(int i, int* weights)
    {
        short* quads = Quads(i);
        int* pairs = Pairs(i);
        for (int t = 0; t < _most; t += 2)
        {
            short high0 = (short)(weights[t] >> LowBits), high1 = (short)(weights[t + 1] >> LowBits);
            short low0 = (short)(weights[t] & LowMask), low1 = (short)(weights[t + 1] & LowMask);
            pairs[t] = (ushort)high0 | (high1 << 16);
            pairs[t + 1] = (ushort)low0 | (low1 << 16);
            short* quad = quads + t / 4 * 32 + t % 4 / 2 * 8;
            for (int channel = 0; channel < 3; channel++)
            {
                quad[2 * channel] = high0;
                quad[2 * channel + 1] = high1;
                quad[16 + 2 * channel] = low0;
                quad[16 + 2 * channel + 1] = low1;
            }

            quad[6] = quad[7] = quad[22] = quad[23] = 0;
        }
    }

    private void Reserve(int count)
    {
        long weights = (long)count * _most;
        _bounds = (int*)Grown(_bounds, ref _boundsSize, 2L * count * sizeof(int));
        _weights = (int*)Grown(_weights, ref _weightsSize, weights * sizeof(int));
        _quads = (short*)Grown(_quads, ref _quadsSize, weights * 8 * sizeof(short));
        _pairs = (int*)Grown(_pairs, ref _pairsSize, weights * sizeof(int));
    }

    private static void* Grown(void* memory, ref long size, long needed)
    {
        if (needed <= size)
        {
            return memory;
        }

        long larger = needed + needed / 2;
        void* fresh = NativeMemory.AlignedAlloc((nuint)larger, 64);
        NativeMemory.AlignedFree(memory);
        size = larger;
        return fresh;
    }
}
