using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// As much of MATLAB's format 5 ("MAT-File Format", The MathWorks, 2021) as data sets' annotations need: a structure array with numbers
/// and texts (ImageNet's <c>meta.mat</c>), an array of numbers, a cell array of texts. Little-endian, compressed or not.
/// </summary>
internal static class MatFile
{
    private const int HeaderLength = 128;

    /// <summary>Classes of arrays.</summary>
    private const byte CellClass = 1, StructureClass = 2, CharClass = 4, FirstNumber = 6, LastNumber = 15;

    private enum Kind : uint
    {
        Int8 = 1,
        UInt8 = 2,
        Int16 = 3,
        UInt16 = 4,
        Int32 = 5,
        UInt32 = 6,
        Single = 7,
        Double = 9,
        Int64 = 12,
        UInt64 = 13,
        Matrix = 14,
        Compressed = 15,
        Utf8 = 16,
        Utf16 = 17,
    }

    /// <summary>The elements of the structure array called <paramref name="name"/>: by field, the text, or the first number as a
    /// double. Fields of other kinds are left out.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or damaged.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, object>> Structures(ReadOnlySpan<byte> file, string name)
    {
        ReadOnlySpan<byte> content = Variable(file, name, kind => kind == StructureClass, "structures", out long count);
        ReadOnlySpan<byte> lengthOfName = Element(ref content, out _);
        int length = lengthOfName.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(lengthOfName) : 0;
        ReadOnlySpan<byte> names = Element(ref content, out _);
        if (length <= 0 || names.Length % length != 0)
        {
            throw Damaged();
        }

        var fields = new string[names.Length / length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = Encoding.ASCII.GetString(names.Slice(i * length, length)).TrimEnd('\0');
        }

        var found = new List<IReadOnlyDictionary<string, object>>();
        for (long i = 0; i < count && fields.Length > 0; i++)
        {
            Dictionary<string, object> values = new(StringComparer.Ordinal);
            foreach (string field in fields)
            {
                if (Value(Element(ref content, out _)) is { } value)
                {
                    values[field] = value;
                }
            }

            found.Add(values);
        }

        return found;
    }

    /// <summary>The numbers of the array called <paramref name="name"/>, column by column.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or damaged.</exception>
    public static double[] Numbers(ReadOnlySpan<byte> file, string name)
    {
        ReadOnlySpan<byte> content = Variable(file, name, IsNumeric, "numbers", out long count);
        ReadOnlySpan<byte> data = Element(ref content, out Kind kind);
        int size = SizeOf(kind);
        if (data.Length != count * size)
        {
            throw Damaged();
        }

        var numbers = new double[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Number(data[(i * size)..], kind);
        }

        return numbers;
    }

    /// <summary>The texts of the cell array called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or damaged, or a cell holds something else.</exception>
    public static IReadOnlyList<string> Texts(ReadOnlySpan<byte> file, string name)
    {
        ReadOnlySpan<byte> content = Variable(file, name, kind => kind == CellClass, "cells", out long count);
        var texts = new List<string>();
        for (long i = 0; i < count; i++)
        {
            texts.Add(Value(Element(ref content, out _)) as string ?? throw Damaged());
        }

        return texts;
    }

    /// <summary>What a variable holds, behind its name.</summary>
    private static ReadOnlySpan<byte> Variable(ReadOnlySpan<byte> file, string name, Func<byte, bool> wanted, string what, out long count)
    {
        if (file.Length < HeaderLength || file[126] != (byte)'I' || file[127] != (byte)'M' || file[125] != 1)
        {
            throw new InvalidDataException("it is no MATLAB 5 file");
        }

        ReadOnlySpan<byte> rest = file[HeaderLength..];
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> content = Element(ref rest, out Kind kind, padded: false);
            if (kind == Kind.Compressed)
            {
                ReadOnlySpan<byte> unpacked = Unpack(content);
                content = Element(ref unpacked, out kind, padded: false);
            }

            if (kind != Kind.Matrix)
            {
                continue;
            }

            ReadOnlySpan<byte> flags = Element(ref content, out _);
            count = 1;
            foreach (int side in MemoryMarshal.Cast<byte, int>(Element(ref content, out _)))
            {
                count *= side;
            }

            if (Encoding.ASCII.GetString(Element(ref content, out _)) == name && wanted(flags.IsEmpty ? (byte)0 : flags[0]))
            {
                // An element takes eight bytes, a number one: more of them than that are damage.
                return count >= 0 && count <= content.Length ? content : throw Damaged();
            }
        }

        throw new InvalidDataException($"it has no {what} '{name}'");
    }

    private static object? Value(ReadOnlySpan<byte> matrix)
    {
        ReadOnlySpan<byte> flags = Element(ref matrix, out _);
        byte kindOfMatrix = flags.IsEmpty ? (byte)0 : flags[0];
        Element(ref matrix, out _);
        Element(ref matrix, out _);
        if (kindOfMatrix != CharClass && !IsNumeric(kindOfMatrix))
        {
            return null;
        }

        ReadOnlySpan<byte> data = Element(ref matrix, out Kind kind);
        if (kindOfMatrix == CharClass)
        {
            return kind is Kind.UInt16 or Kind.Utf16 ? Encoding.Unicode.GetString(data) : Encoding.UTF8.GetString(data);
        }

        return data.IsEmpty ? null : Number(data, kind);
    }

    private static bool IsNumeric(byte kindOfMatrix) => kindOfMatrix is >= FirstNumber and <= LastNumber;

    private static double Number(ReadOnlySpan<byte> data, Kind kind) => kind switch
    {
        Kind.Int8 => (sbyte)data[0],
        Kind.UInt8 => data[0],
        Kind.Int16 => Number<short>(data),
        Kind.UInt16 => Number<ushort>(data),
        Kind.Int32 => Number<int>(data),
        Kind.UInt32 => Number<uint>(data),
        Kind.Single => Number<float>(data),
        Kind.Double => Number<double>(data),
        Kind.Int64 => Number<long>(data),
        Kind.UInt64 => Number<ulong>(data),
        _ => throw Damaged(),
    };

    private static int SizeOf(Kind kind) => kind switch
    {
        Kind.Int8 or Kind.UInt8 => 1,
        Kind.Int16 or Kind.UInt16 => 2,
        Kind.Int32 or Kind.UInt32 or Kind.Single => 4,
        Kind.Double or Kind.Int64 or Kind.UInt64 => 8,
        _ => throw Damaged(),
    };

    private static T Number<T>(ReadOnlySpan<byte> data)
        where T : unmanaged => MemoryMarshal.TryRead(data, out T value) ? value : throw Damaged();

    /// <summary>Takes an element's content off the rest. A small one has its length in the upper half of its kind.</summary>
    private static ReadOnlySpan<byte> Element(scoped ref ReadOnlySpan<byte> rest, out Kind kind, bool padded = true)
    {
        if (rest.Length < 8)
        {
            throw Damaged();
        }

        uint first = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        ReadOnlySpan<byte> content;
        if (first >> 16 != 0)
        {
            kind = (Kind)(first & 0xffff);
            content = first >> 16 <= 4 ? rest.Slice(4, (int)(first >> 16)) : throw Damaged();
            rest = rest[8..];
            return content;
        }

        kind = (Kind)first;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (length > rest.Length - 8)
        {
            throw Damaged();
        }

        content = rest.Slice(8, (int)length);
        long whole = 8 + (padded ? (length + 7L) / 8 * 8 : length);
        rest = rest[(int)Math.Min(whole, rest.Length)..];
        return content;
    }

    private static byte[] Unpack(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream(content.ToArray());
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        zlib.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static InvalidDataException Damaged() => new("it is damaged");
}
