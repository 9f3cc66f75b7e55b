using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The entropy-coded bytes of a scan without the zeros that are stuffed behind each FF (ITU-T T.81, B.1.1.5), a piece at a time
/// and never beyond a marker, so that a decoder need not look at single bytes. One thread's.
/// </summary>
internal sealed unsafe class EntropyBytes : IDisposable
{
    /// <summary>Bytes that one block of a sequential scan may take, at most: a difference and 63 coefficients of 27 bits; and what
    /// is read ahead of them.</summary>
    public const int MostBlockBytes = 240;

    private const int Piece = 8 << 10, Slack = 64;

    private readonly PixelMemory _memory = new();
    private byte* _source, _sourceEnd, _start;

    /// <summary>Behind the last byte.</summary>
    public byte* End { get; private set; }

    /// <summary>Up to here a block may be begun without another <see cref="Fill"/>; where there is no more data, a little behind
    /// its end: as far as the reading ahead of a decoder gets that has taken no bit too many.</summary>
    public byte* Limit { get; private set; }

    /// <summary>Whether a marker, or the end of the file, follows <see cref="End"/>.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Where the file goes on: at the marker's FF, if <see cref="IsComplete"/>.</summary>
    public byte* Source => _source;

    /// <summary>The value of a category's bits (ITU-T T.81, F.2.2.1, EXTEND).</summary>
    /// <param name="window">Bits; the value's are at the top.</param>
    /// <param name="category">How many, 0 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Extend(ulong window, int category)
    {
        // The first bit tells the sign. Turned over and put before the others it makes them a number of two's complement, which
        // for negative ones is one too small.
        long value = (((long)window >> 1) ^ long.MinValue) >> (63 - category);
        return (int)(value + (long)((ulong)value >> 63));
    }

    /// <summary>Begins at a place of a file.</summary>
    /// <returns>Where the first byte will be read.</returns>
    public byte* Start(byte* source, byte* sourceEnd)
    {
        _start = _memory.Reserve(Piece + (2 * MostBlockBytes) + Slack);
        _source = source;
        _sourceEnd = sourceEnd;
        End = _start;
        IsComplete = false;
        Fill(_start);
        return _start;
    }

    /// <summary>Puts more bytes behind those that are left, which are moved to the front.</summary>
    /// <param name="next">The next byte to be read.</param>
    /// <returns>Where that byte is now.</returns>
    public byte* Fill(byte* next)
    {
        if (IsComplete)
        {
            return next;
        }

        long left = End - next;
        if (left > 0)
        {
            Buffer.MemoryCopy(next, _start, left, left);
        }

        // A decoder that has read ahead of the end stands behind it.
        next = left < 0 ? _start - left : _start;
        byte* from = _start + Math.Max(left, 0);
        byte* target = Copy(from, _start + Piece);
        End = target;
        if (IsComplete)
        {
            new Span<byte>(target, MostBlockBytes + Slack).Clear();
            Limit = target + sizeof(ulong) + 1;
        }
        else
        {
            Limit = target - MostBlockBytes;
        }

        return next;
    }

    /// <summary>Goes on behind a restart marker, if that is what follows, and nothing was left before it.</summary>
    /// <param name="next">The next byte to be read.</param>
    /// <param name="bits">How many bits were read but not taken.</param>
    /// <param name="number">The marker's number, 0 to 7.</param>
    /// <returns>Where the first byte will be read; null where the data is damaged.</returns>
    public byte* Restart(byte* next, int bits, int number)
    {
        next = Fill(next);
        long left = ((End - next) * 8) + bits;
        return IsComplete && left is >= 0 and < 8 && IsRestart(number) ? Start(_source + 2, _sourceEnd) : null;
    }

    /// <summary>Leaves out whole intervals: goes on behind the last of some restart markers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="number">The first one's number, 0 to 7.</param>
    /// <returns>Where the first byte will be read; null where the markers are not as they should be.</returns>
    public byte* Skip(long count, int number)
    {
        for (; count > 0; count--, number = (number + 1) & 7)
        {
            SeekMarker();
            if (!IsRestart(number))
            {
                return null;
            }

            _source += 2;
        }

        return Start(_source, _sourceEnd);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private bool IsRestart(int number) => _sourceEnd - _source >= 2 && _source[0] == 0xff && _source[1] == 0xd0 + number;

    private void SeekMarker()
    {
        while (true)
        {
            int at = new ReadOnlySpan<byte>(_source, (int)(_sourceEnd - _source)).IndexOf((byte)0xff);
            if (at < 0 || _sourceEnd - _source - at < 2)
            {
                _source = _sourceEnd;
                return;
            }

            _source += at;
            if (_source[1] != 0)
            {
                return;
            }

            _source += 2;
        }
    }

    /// <summary>Copies bytes until a marker, the file's end, or the end of the room.</summary>
    /// <returns>Behind the last byte written; up to 32 more may have been overwritten.</returns>
    private byte* Copy(byte* target, byte* targetEnd)
    {
        byte* source = _source, end = _sourceEnd;
        while (target < targetEnd)
        {
            if (end - source > Vector256<byte>.Count)
            {
                var bytes = Vector256.Load(source);
                bytes.Store(target);
                uint marks = Vector256.Equals(bytes, Vector256<byte>.AllBitsSet).ExtractMostSignificantBits();
                if (marks == 0)
                {
                    source += Vector256<byte>.Count;
                    target += Vector256<byte>.Count;
                    continue;
                }

                int plain = BitOperations.TrailingZeroCount(marks);
                source += plain;
                target += plain;
            }
            else if (source == end)
            {
                IsComplete = true;
                break;
            }
            else if (*source != 0xff)
            {
                *target++ = *source++;
                continue;
            }

            // An FF: data only where a zero follows.
            if (end - source < 2 || source[1] != 0)
            {
                IsComplete = true;
                break;
            }

            *target++ = 0xff;
            source += 2;
        }

        _source = source;
        return target;
    }
}
