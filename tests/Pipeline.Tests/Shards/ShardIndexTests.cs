using System.Buffers;
using MessagePack;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

public sealed class ShardIndexTests
{
    private const string Name = "x/index.msgpack";

    [Fact]
    public void IsReadBackAsItWasWritten()
    {
        (byte[] bytes, ShardHeader header, ShardFile[] files, ShardRow[] rows) = Some(1000, 7);
        ShardIndex index = ShardIndexFormat.Read(bytes, Name);
        Assert.Equal(header.Options, index.Header.Options);
        Assert.Equal(header.ClassNames, index.Header.ClassNames);
        Assert.Equal(header.Identity.ToArray(), index.Header.Identity.ToArray());
        Assert.Equal(header.Tables.ToArray(), index.Header.Tables.ToArray());
        Assert.Equal(files, index.Files);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(rows[i], index[i]);
            Assert.Equal($"class/ä{i}.jpg", index.NameOf(i));
            Assert.Equal(files.Last(file => file.First <= i), index.FileOf(i));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => index[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => index[rows.Length]);
    }

    [Fact]
    public void KeysOfLaterVersionsAreSkipped()
    {
        byte[] bytes = Some(3, 1).Bytes;
        byte[] body = Body(bytes);
        var more = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(more);
        var reader = new MessagePackReader(body);
        int keys = reader.ReadMapHeader();
        writer.WriteMapHeader(keys + 2);
        writer.Write("future");
        writer.WriteArrayHeader(2);
        writer.Write(1);
        writer.WriteMapHeader(1);
        writer.Write("a");
        writer.WriteNil();
        writer.Write("more");
        writer.Write(1.5);
        writer.WriteRaw(body.AsSpan((int)reader.Consumed));
        writer.Flush();
        Assert.Equal(3, ShardIndexFormat.Read(Whole(more.WrittenSpan), Name).Count);
    }

    [Fact]
    public void OtherVersionsAndFilesAreNamed()
    {
        byte[] bytes = Some(3, 1).Bytes;
        int version = 1 + 1 + 20;
        Assert.Equal(1, bytes[version]);
        bytes[version] = 2;
        Assert.Equal($"{Name}: an index of version 2; this program knows version 1", Assert.Throws<UserErrorException>(() => ShardIndexFormat.Read(bytes, Name)).Message);
        Assert.Contains("not an index of shards", Assert.Throws<UserErrorException>(() => ShardIndexFormat.Read([], Name)).Message, StringComparison.Ordinal);
        Assert.Contains("not an index of shards", Assert.Throws<UserErrorException>(() => ShardIndexFormat.Read("hello"u8.ToArray(), Name)).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever stands in a body whose checksum holds: it is an index that can be walked through, or one clear error.</summary>
    [Fact]
    public void AnyBodyIsUsableOrRefused()
    {
        byte[] body = Body(Some(40, 3).Bytes);
        var random = new Random(11);
        int rounds = TestPaths.Full ? 2_000_000 : 20_000, read = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = Mutate(body, random);
            try
            {
                ShardIndex index = ShardIndexFormat.Read(Whole(bytes), Name);
                read++;
                for (int i = 0; i < index.Count; i++)
                {
                    ShardRow row = index[i];
                    ShardFile file = index.FileOf(i);
                    Assert.InRange(row.Offset, ShardLayout.HeaderSize, file.Length - ShardLayout.TrailerSize - row.Length);
                    Assert.InRange(row.Label, 0, index.Header.ClassNames.Count - 1);
                    _ = index.NameOf(i);
                }
            }
            catch (UserErrorException error)
            {
                Assert.StartsWith(Name, error.Message, StringComparison.Ordinal);
            }
        }

        // Both happen, and no claim of a length has made anything large.
        Assert.InRange(read, rounds / 100, rounds * 9 / 10);
        Assert.True((GC.GetAllocatedBytesForCurrentThread() - before) / rounds < 100_000);
    }

    [Fact]
    public void DeepNestingEndsNothing()
    {
        byte[] deep = [0x81, 0xa1, (byte)'x', .. Enumerable.Repeat((byte)0x91, 1_000_000), 0xc0];
        Assert.Contains("nested", Assert.Throws<UserErrorException>(() => ShardIndexFormat.Read(Whole(deep), Name)).Message, StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        byte[] bytes = [.. body];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0; break;
                case 3: bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(9)))]; break;
                default: bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(random.Next(bytes.Length)), .. bytes.AsSpan(at)]; break;
            }

            if (bytes.Length == 0)
            {
                return bytes;
            }
        }

        return bytes;
    }

    private static byte[] Body(byte[] bytes)
    {
        var reader = new MessagePackReader(bytes);
        reader.ReadArrayHeader();
        reader.Skip();
        reader.Skip();
        reader.Skip();
        return reader.ReadBytes()!.Value.ToArray();
    }

    private static byte[] Whole(ReadOnlySpan<byte> body)
    {
        var whole = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(whole);
        writer.WriteArrayHeader(4);
        writer.Write("streamtrainer shards");
        writer.Write(1);
        writer.WriteUInt32(Crc32C.Of(body));
        writer.Write(body);
        writer.Flush();
        return whole.WrittenSpan.ToArray();
    }

    private static (byte[] Bytes, ShardHeader Header, ShardFile[] Files, ShardRow[] Rows) Some(int count, int files)
    {
        var random = new Random(count);
        var header = new ShardHeader
        {
            Options = new PackOptions { Payload = ShardPayload.Indexed, MaxSide = 12, ShardSize = 77_777 },
            ClassNames = ["a", "b", "ß"],
            SourceCount = count,
            Identity = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
            Tables = new byte[] { 9, 8, 7 },
        };
        var columns = new ShardColumns();
        var made = new List<ShardFile>();
        var rows = new List<ShardRow>();
        for (int number = 0, next = 0; number < files; number++)
        {
            int end = (number + 1) * count / files;
            long at = ShardLayout.HeaderSize;
            for (int i = next; i < end; i++)
            {
                int length = random.Next(5000);
                rows.Add(new ShardRow
                {
                    Offset = at, Length = length, Head = random.Next(length + 1), Label = random.Next(3), Width = random.Next(70000), Height = random.Next(70000),
                    Sampling = (uint)random.Next(), Kind = (Pipeline.Sources.PayloadKind)random.Next(4), Orientation = (byte)random.Next(1, 9),
                    Checksum = (uint)random.Next(), SourceLength = random.Next(), SourceChecksum = (uint)random.Next(),
                });
                columns.Add(rows[^1], $"class/ä{i}.jpg");
                at = ShardLayout.Aligned(at + length);
            }

            made.Add(new ShardFile(number, at + ShardLayout.TrailerSize, next, end - next));
            next = end;
        }

        return (ShardIndexFormat.Write(header, made, columns), header, [.. made], [.. rows]);
    }
}
