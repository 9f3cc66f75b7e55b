using System.Globalization;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Tests.Decoding.Jpeg;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards.Payloads;

/// <summary>
/// Damaged payloads, right before a page that may not be touched: each is read or refused, and nothing else happens. How many:
/// <c>STREAMTRAINER_FUZZ</c>.
/// </summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed unsafe class PayloadFuzzTests
{
    private static readonly int s_count = int.Parse(Environment.GetEnvironmentVariable("STREAMTRAINER_FUZZ") ?? "4000", CultureInfo.InvariantCulture);

    [Fact]
    public void DamagedPayloads()
    {
        using var guards = new GuardedBuffers();
        using var memory = new GuardedMemory(1 << 20);
        using var coefficients = new CoefficientScan();
        using var indexed = new IndexedScan();
        using var row = new CoefficientRow();
        using var pixels = new FrameDecoder();
        int read = 0;
        for (int i = 0; i < s_count; i += 40)
        {
            using CoefficientImage image = PayloadImages.Image(new Random(i), 1023);
            using IndexedTables tables = IndexedTables.Learn([PayloadImages.Statistics(image)], 1);
            byte[][] payloads = [PayloadImages.Coefficients(image), PayloadImages.Indexed(image, tables)];
            for (int j = 0; j < 40; j++)
            {
                var random = new Random((i + j) ^ 0x5bd1e995);
                byte[] damaged = Damage(payloads[j & 1], random);
                byte* at = memory.AtEnd(damaged);
                JpegFrame? frame;
                IBlockSource source = (j & 1) == 0 ? coefficients : indexed;
                bool open = (j & 1) == 0 ? coefficients.TryOpen(at, damaged.Length, out frame) : indexed.TryOpen(at, damaged.Length, tables, out frame);
                // A size far beyond the bytes is refused when the index is opened; what is left is small.
                read += open && Read(source, frame!, row, random) ? 1 : 0;
                if (open && FrameDecoder.Knows(frame!))
                {
                    Decode(pixels, frame!, source, Boxes.Random(random, frame!.Size));
                }
            }
        }

        Assert.InRange(read, 1, s_count - 1);
    }

    /// <summary>Groups by themselves, with guards around what is written too: all levels give the same, or refuse the same.</summary>
    [Fact]
    public void DamagedGroups()
    {
        const int Blocks = 12, Behind = 64;
        using var data = new GuardedMemory(4096);
        using var target = new GuardedMemory((Blocks + 1) * 64 * sizeof(short));
        using var waste = new GuardedMemory(2 * 64 * sizeof(short));
        byte* extents = stackalloc byte[Blocks];
        BlockRun* runs = stackalloc BlockRun[2];
        int good = 0;
        for (int i = 0; i < s_count; i++)
        {
            var random = new Random(i);
            byte[] group = Damage(Group(random, Blocks), random);
            if (group.Length > data.Capacity - Behind)
            {
                continue;
            }

            byte* at = data.AtEnd(group, Behind);
            (bool Read, short[] Values)? reference = null;
            foreach (VectorLevel level in VectorLevels.Available)
            {
                // The last block that is wanted, and the one behind it, end at the guard.
                int from = i % 3, wanted = Blocks - (2 * from);
                short* to = (short*)target.End - (64 * (wanted + 1));
                runs[0] = new BlockRun { Count = Blocks / 2, From = from, End = Blocks / 2, To = to, Extents = extents };
                runs[1] = new BlockRun
                {
                    Count = Blocks / 2, From = 0, End = (Blocks / 2) - from, Below = i % 2 == 0,
                    To = to + (64 * ((Blocks / 2) - from)), Extents = extents + (Blocks / 2) - from,
                };
                CoefficientGroup open = default;
                bool read = open.Open(at, group.Length, Blocks) && CoefficientScan.Unpack(level, ref open, runs, 2, (short*)waste.End - 128);
                short[] values = read ? new ReadOnlySpan<short>(to, 64 * wanted).ToArray() : [];
                reference ??= (read, values);
                Assert.Equal(reference.Value.Read, read);
                Assert.Equal(reference.Value.Values, values);
                good += read ? 1 : 0;
            }
        }

        Assert.InRange(good, 1, s_count * VectorLevels.Available.Count() - 1);
    }

    /// <summary>To pixels: whatever coefficients damaged data gives.</summary>
    private static void Decode(FrameDecoder pixels, JpegFrame frame, IBlockSource source, CropBox box)
    {
        pixels.Start(frame, source, box);
        for (int row = 0; row < box.Height && pixels.Next(out PixelView rows);)
        {
            row += rows.Height;
        }
    }

    private static bool Read(IBlockSource source, JpegFrame frame, CoefficientRow row, Random random)
    {
        McuWindow window = random.Next(2) == 0 ? PayloadImages.Whole(frame) : PayloadImages.Window(random, frame);
        row.Reserve(frame, window);
        source.Start(window);
        for (int y = window.Top; y < window.Bottom; y++)
        {
            if (!source.Read(row))
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Group(Random random, int blocks)
    {
        var writer = new CoefficientGroupWriter();
        short* block = stackalloc short[64];
        int most = random.Next(2) == 0 ? 20 : 500;
        for (int b = 0; b < blocks; b++)
        {
            int last = random.Next(64);
            for (int k = 0; k < 64; k++)
            {
                block[Zigzag.Places[k]] = (short)(k > last || random.Next(3) == 0 ? 0 : random.Next(-most, most + 1) >> random.Next(8));
            }

            writer.Add(block, 0);
        }

        List<byte> bytes = [];
        writer.MoveTo(bytes);
        return [.. bytes];
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] damaged = [.. bytes];
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(3) == 0 ? random.Next(Math.Min(damaged.Length, 200)) : random.Next(damaged.Length);
            damaged[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(damaged[at] ^ (1 << random.Next(8)));
        }

        return random.Next(8) switch
        {
            0 => damaged[..random.Next(damaged.Length + 1)],
            1 => [.. damaged, .. damaged.AsSpan(random.Next(damaged.Length))],
            _ => damaged,
        };
    }
}
