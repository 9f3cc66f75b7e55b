using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// As much of MATLAB's format 5 ("MAT-File Format", The MathWorks, 2021) as ImageNet's <c>meta.mat</c> needs: a structure array
/// with numbers and texts. Little-endian, compressed or not.
/// </summary>
internal static class MatFile
{
    private const int HeaderLength = 128;

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

            if (kind == Kind.Matrix && Structures(content, name, out List<IReadOnlyDictionary<string, object>> found))
            {
                return found;
            }
        }

        throw new InvalidDataException($"it has no structures '{name}'");
    }

    private static bool Structures(ReadOnlySpan<byte> matrix, string name, out List<IReadOnlyDictionary<string, object>> found)
    {
        const byte StructureClass = 2;
        found = [];
        ReadOnlySpan<byte> flags = Element(ref matrix, out _);
        long count = 1;
        foreach (int side in MemoryMarshal.Cast<byte, int>(Element(ref matrix, out _)))
        {
            count *= side;
        }

        if (flags.IsEmpty || flags[0] != StructureClass || Encoding.ASCII.GetString(Element(ref matrix, out _)) != name)
        {
            return false;
        }

        ReadOnlySpan<byte> lengthOfName = Element(ref matrix, out _);
        int length = lengthOfName.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(lengthOfName) : 0;
        ReadOnlySpan<byte> names = Element(ref matrix, out _);
        if (length <= 0 || names.Length % length != 0)
        {
            throw Damaged();
        }

        var fields = new string[names.Length / length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = Encoding.ASCII.GetString(names.Slice(i * length, length)).TrimEnd('\0');
        }

        for (long i = 0; i < count; i++)
        {
            Dictionary<string, object> values = new(StringComparer.Ordinal);
            foreach (string field in fields)
            {
                if (Value(Element(ref matrix, out _)) is { } value)
                {
                    values[field] = value;
                }
            }

            found.Add(values);
        }

        return true;
    }

    private static object? Value(ReadOnlySpan<byte> matrix)
    {
        const byte CharClass = 4, FirstNumber = 6, LastNumber = 15;
        ReadOnlySpan<byte> flags = Element(ref matrix, out _);
        byte kindOfMatrix = flags.IsEmpty ? (byte)0 : flags[0];
        Element(ref matrix, out _);
        Element(ref matrix, out _);
        if (kindOfMatrix is not (CharClass or (>= FirstNumber and <= LastNumber)))
        {
            return null;
        }

        ReadOnlySpan<byte> data = Element(ref matrix, out Kind kind);
        if (kindOfMatrix == CharClass)
        {
            return kind is Kind.UInt16 or Kind.Utf16 ? Encoding.Unicode.GetString(data) : Encoding.UTF8.GetString(data);
        }

        return data.IsEmpty ? null : kind switch
        {
            Kind.Int8 => (double)(sbyte)data[0],
            Kind.UInt8 => (double)data[0],
            Kind.Int16 => (double)Number<short>(data),
            Kind.UInt16 => (double)Number<ushort>(data),
            Kind.Int32 => (double)Number<int>(data),
            Kind.UInt32 => (double)Number<uint>(data),
            Kind.Single => (double)Number<float>(data),
            Kind.Double => Number<double>(data),
            Kind.Int64 => (double)Number<long>(data),
            Kind.UInt64 => (double)Number<ulong>(data),
            _ => throw Damaged(),
        };
    }

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
