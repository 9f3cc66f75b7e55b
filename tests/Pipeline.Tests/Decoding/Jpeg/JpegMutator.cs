namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Damages files as disks, networks and attackers do; the same numbers give the same damage.</summary>
internal sealed class JpegMutator(IReadOnlyList<byte[]> seeds)
{
    private const int MostBytes = 48 << 10;

    /// <summary>The longest file that comes.</summary>
    public static int Longest => MostBytes;

    /// <summary>Damage number <paramref name="number"/>.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(number);
        var bytes = new List<byte>(seeds[random.Next(seeds.Count)]);
        for (int edits = random.Next(1, 4); edits > 0 && bytes.Count > 4; edits--)
        {
            Edit(bytes, random);
        }

        return [.. bytes.Take(MostBytes)];
    }

    private void Edit(List<byte> bytes, Random random)
    {
        // Half of the damage is done where the tables are.
        int reach = random.Next(2) == 0 ? Math.Min(bytes.Count, 700) : bytes.Count, at = random.Next(reach);
        int count = Math.Min(1 << random.Next(8), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                for (int i = 0; i < count; i++)
                {
                    bytes[at + i] = (byte)random.Next(256);
                }

                break;
            case 3:
                byte value = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
                for (int i = 0; i < count; i++)
                {
                    bytes[at + i] = value;
                }

                break;
            case 4:
                bytes.RemoveRange(at, count);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                byte[] other = seeds[random.Next(seeds.Count)];
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(count, other.Length - from)).ToArray());
                break;
            case 7:
                byte[] whole = seeds[random.Next(seeds.Count)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(whole[Math.Min(at, whole.Length)..]);
                break;
            default:
                EditMarker(bytes, random);
                break;
        }
    }

    /// <summary>Changes a marker, or a byte of what follows it.</summary>
    private static void EditMarker(List<byte> bytes, Random random)
    {
        int[] markers = [.. Enumerable.Range(0, bytes.Count - 1).Where(i => bytes[i] == 0xff && bytes[i + 1] is not (0 or 0xff))];
        if (markers.Length == 0)
        {
            return;
        }

        int at = markers[random.Next(markers.Length)];
        byte[] known = [0xc0, 0xc1, 0xc2, 0xc4, 0xd0, 0xd3, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xe1, 0xee, 0xfe];
        switch (random.Next(3))
        {
            case 0:
                bytes[at + 1] = known[random.Next(known.Length)];
                break;
            case 1:
                int near = at + random.Next(2, 24);
                if (near < bytes.Count)
                {
                    bytes[near] = (byte)random.Next(random.Next(2) == 0 ? 8 : 256);
                }

                break;
            default:
                bytes.InsertRange(at, (ReadOnlySpan<byte>)[0xff, known[random.Next(known.Length)]]);
                break;
        }
    }
}
