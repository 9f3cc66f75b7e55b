using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// An IDX file of bytes (Yann LeCun's MNIST page): a magic number, the sizes, the values. A plain file is read in place; a
/// <c>.gz</c> cannot be, and is unpacked into memory (Fashion-MNIST: 47 MB).
/// </summary>
internal sealed class IdxFile : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly byte[]? _unpacked;
    private readonly int _header;
    private long _end = ReadMeter.Nowhere;

    private IdxFile(SafeFileHandle? file, byte[]? unpacked, int[] shape)
    {
        _file = file;
        _unpacked = unpacked;
        Shape = shape;
        _header = 4 + 4 * shape.Length;
        ItemLength = shape.Skip(1).Aggregate(1L, (product, side) => product * side);
    }

    /// <summary>The sizes, the first is the number of items.</summary>
    public int[] Shape { get; }

    /// <summary>Bytes of an item.</summary>
    public long ItemLength { get; }

    /// <summary>Counts what is read of items.</summary>
    public ReadMeter Meter { get; } = new();

    /// <summary>Opens a file and checks that it is whole.</summary>
    /// <exception cref="UserErrorException">It is no IDX file of bytes, or truncated.</exception>
    public static IdxFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            byte[]? unpacked = IsGzip(path) ? Unpack(path) : null;
            file = unpacked is null ? PositionalRead.Open(path) : null;
            long length = unpacked?.Length ?? RandomAccess.GetLength(file!);
            Span<byte> header = stackalloc byte[4 + 4 * 4];
            int read = 0;
            if (unpacked is null)
            {
                read = PositionalRead.Fill(file!, header, 0);
            }
            else
            {
                read = Math.Min(header.Length, unpacked.Length);
                unpacked.AsSpan(0, read).CopyTo(header);
            }

            int[] shape = ReadShape(header[..read], path);
            var result = new IdxFile(file, unpacked, shape);
            long needed = result._header + shape[0] * result.ItemLength;
            if (length < needed)
            {
                throw new UserErrorException($"{path}: truncated: it should have {needed} bytes and has {length}; download it again");
            }

            return result;
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw SourceTrouble.CannotRead(path, error);
            }

            throw;
        }
    }

    /// <summary>Whether the file begins as an IDX file of bytes, packed or not, does.</summary>
    public static bool Is(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> begin = stackalloc byte[4];
        int read = file.ReadAtLeast(begin, 4, throwOnEndOfStream: false);
        if (read >= 2 && begin[0] == 0x1f && begin[1] == 0x8b)
        {
            file.Position = 0;
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            try
            {
                read = unpacked.ReadAtLeast(begin, 4, throwOnEndOfStream: false);
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }

        return read == 4 && begin[..3].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 8]) && begin[3] is >= 1 and <= 4;
    }

    /// <summary>Reads items from <paramref name="first"/> on. Any thread.</summary>
    public void Read(long first, Span<byte> destination)
    {
        long offset = _header + first * ItemLength;
        if (_unpacked is not null)
        {
            _unpacked.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);
        }
        else
        {
            PositionalRead.Exactly(_file!, destination, offset);
            Meter.Read(ref _end, offset, destination.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static int[] ReadShape(ReadOnlySpan<byte> header, string path)
    {
        if (header.Length < 4 || header[0] != 0 || header[1] != 0)
        {
            throw new UserErrorException($"{path}: not an IDX file (it begins with {Convert.ToHexString(header[..Math.Min(4, header.Length)])}, not with 0000)");
        }

        int sides = header[3];
        if (header[2] != 8 || sides is < 1 or > 4 || header.Length < 4 + 4 * sides)
        {
            throw new UserErrorException($"{path}: an IDX file of type {header[2]:x2} with {sides} dimensions; images and labels are unsigned bytes (type 08) of 1, 3 or 4 dimensions");
        }

        var shape = new int[sides];
        for (int i = 0; i < sides; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + 4 * i)..]);
            if (shape[i] <= 0)
            {
                throw new UserErrorException($"{path}: damaged: dimension {i} is {shape[i]}; download it again");
            }
        }

        return shape;
    }

    private static bool IsGzip(string path)
    {
        using FileStream file = File.OpenRead(path);
        return file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
    }

    private static byte[] Unpack(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        unpacked.CopyTo(memory);
        return memory.ToArray();
    }
}
