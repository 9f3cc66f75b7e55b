using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// Which source pixels make each output pixel of a pass, and with which weights, as Pillow computes them: fixed point of 22
/// bits, rounded half away from zero. Tap by tap: the first taps of all output pixels, then the second ones, and so on, so that
/// neighbours are made, and read, together. Kept until another is asked for: a random crop's sizes hardly ever come again.
/// </summary>
/// <remarks>
/// Vector code multiplies 16-bit numbers, two taps at once. A weight is therefore also kept as two parts, k = (k >> 11) * 2048 +
/// (k &amp; 2047), each with its neighbour's in one int: (upper sum &lt;&lt; 11) + lower sum is exactly the 32-bit sum.
/// </remarks>
/// <param name="level">How wide the vectors are.</param>
internal sealed unsafe class ResampleTable(VectorLevel level) : IDisposable
{
    /// <summary>Bits behind the point.</summary>
    public const int Precision = 32 - 8 - 2;

    /// <summary>What is added before the bits behind the point are dropped.</summary>
    public const int Half = 1 << (Precision - 1);

    /// <summary>Bits of the lower part of a split weight.</summary>
    public const int LowBits = 11;

    /// <summary>Columns behind the last output pixel that are there and weigh nothing.</summary>
    private const int Slack = 16;

    private const int LowMask = (1 << LowBits) - 1;

    private readonly ResampleMemory<int> _bounds = new(), _weights = new(), _parts = new();
    private readonly ResampleMemory<double> _values = new();
    private int* _first, _high, _low;
    private int _stride;
    private (ResampleAxis Axis, int First, int Count, bool Mirrored, int? Origin)? _built;

    /// <summary>Output pixels.</summary>
    public int Count { get; private set; }

    /// <summary>The most source pixels that an output pixel takes.</summary>
    public int MostTaps { get; private set; }

    /// <summary>Pairs of taps for which there are split weights.</summary>
    public int Pairs { get; private set; }

    /// <summary>First source pixels of the output pixels; 16 more may be read.</summary>
    public int* Starts { get; private set; }

    /// <summary>How many source pixels they take.</summary>
    public int* Taps { get; private set; }

    /// <summary>The weights of the <paramref name="tap"/>-th source pixels of all output pixels.</summary>
    public int* Weights(int tap) => _first + (long)tap * _stride;

    /// <summary>The upper parts of the weights of the <paramref name="pair"/>-th two source pixels of all output pixels; 16 more may be read.</summary>
    public int* High(int pair) => _high + (long)pair * _stride;

    /// <summary>The lower parts.</summary>
    public int* Low(int pair) => _low + (long)pair * _stride;

    /// <summary>Makes the table of a pass.</summary>
    /// <param name="axis">The direction.</param>
    /// <param name="first">The first output pixel that is wanted.</param>
    /// <param name="count">How many are.</param>
    /// <param name="mirrored">Whether the table has them in the other order, the last one first.</param>
    /// <param name="origin">None: an output pixel's first pair begins with its first source pixel. Else pairs are those of source
    /// pixels origin and origin + 1, + 2 and + 3 and so on: an output pixel may begin with the second one of a pair.</param>
    public void Build(in ResampleAxis axis, int first, int count, bool mirrored, int? origin)
    {
        if (_built == (axis, first, count, mirrored, origin))
        {
            return;
        }

        _built = (axis, first, count, mirrored, origin);
        Count = count;
        _stride = (count + 15) / 16 * 16 + Slack;
        Starts = _bounds.Reserve(2L * _stride);
        Taps = Starts + _stride;
        new Span<int>(Starts, 2 * _stride).Clear();
        MostTaps = 0;
        for (int i = 0; i < count; i++)
        {
            (Starts[i], Taps[i]) = axis.Bounds(first + (mirrored ? count - 1 - i : i));
            MostTaps = Math.Max(MostTaps, Taps[i]);
        }

        // A row of zeros before and two behind: what pairs at the ends find.
        Pairs = (MostTaps + (origin is null ? 1 : 2)) / 2;
        int* weights = _weights.Reserve((2L * Pairs + 3) * _stride);
        _first = weights + _stride;
        new Span<int>(weights, (2 * Pairs + 3) * _stride).Clear();
        if (axis.IsCopy)
        {
            new Span<int>(_first, count).Fill(1 << Precision);
        }
        else if (level >= VectorLevel.Vector256 && ResampleWeights.Has(axis.Filter))
        {
            ResampleWeights.Fill(axis, first, this, mirrored, _values.Reserve(4L * MostTaps));
        }
        else
        {
            Fill(axis, first, mirrored, _values.Reserve(MostTaps));
        }

        if (level > VectorLevel.Scalar)
        {
            Split(origin);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bounds.Dispose();
        _weights.Dispose();
        _parts.Dispose();
        _values.Dispose();
    }

    /// <summary>The reference.</summary>
    private void Fill(in ResampleAxis axis, int first, bool mirrored, double* values)
    {
        double shrink = 1.0 / axis.Widened;
        for (int i = 0; i < Count; i++)
        {
            double center = axis.Center(first + (mirrored ? Count - 1 - i : i)), sum = 0;
            int start = Starts[i], taps = Taps[i];
            for (int t = 0; t < taps; t++)
            {
                values[t] = ResampleFilter.Value(axis.Filter, (t + start - center + 0.5) * shrink);
                sum += values[t];
            }

            for (int t = 0; t < taps; t++)
            {
                double weight = sum != 0 ? values[t] / sum : values[t];
                Weights(t)[i] = (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << Precision));
            }
        }
    }

    private void Split(int? origin)
    {
        long size = (long)Pairs * _stride;
        _high = _parts.Reserve(2 * size);
        _low = _high + size;
        Vector128<int> from = Vector128.Create(origin ?? 0), one = Vector128<int>.One, lower = Vector128.Create(0xffff), lowMask = Vector128.Create(LowMask);
        for (int i = 0; i < _stride; i += Vector128<int>.Count)
        {
            // All ones where the output pixel begins with the second one of a pair.
            Vector128<int> second = origin is null ? Vector128<int>.Zero : Vector128.Equals((Vector128.Load(Starts + i) - from) & one, one);
            for (int pair = 0; pair < Pairs; pair++)
            {
                Vector128<int> before = Vector128.Load(Weights(2 * pair - 1) + i), at = Vector128.Load(Weights(2 * pair) + i), after = Vector128.Load(Weights(2 * pair + 1) + i);
                Vector128<int> a = Vector128.ConditionalSelect(second, before, at), b = Vector128.ConditionalSelect(second, at, after);
                (((a >> LowBits) & lower) | ((b >> LowBits) << 16)).Store(High(pair) + i);
                ((a & lowMask) | ((b & lowMask) << 16)).Store(Low(pair) + i);
            }
        }
    }
}
