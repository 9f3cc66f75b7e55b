using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Samples whose bytes are their index; some cannot be read, some not decoded.</summary>
internal sealed class FakeSource(long count) : ISampleSource
{
    public HashSet<long> Unreadable { get; init; } = [];

    public HashSet<long> Corrupt { get; init; } = [];

    public Action<long>? OnRead { get; init; }

    public string Name => "fake";

    public long Count => count;

    public IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 7).Select(i => $"class{i}")];

    public int LabelOf(long index) => (int)(index % 7);

    public string NameOf(long index) => $"fake/{index}";

    public void Read(long index, EncodedSample sample)
    {
        OnRead?.Invoke(index);
        if (Unreadable.Contains(index))
        {
            throw new IOException("bad sector");
        }

        Span<byte> bytes = sample.Reserve(9);
        BitConverter.TryWriteBytes(bytes, index);
        bytes[8] = Corrupt.Contains(index) ? (byte)1 : (byte)0;
    }

    public void Dispose()
    {
    }
}

/// <summary>Pixels that say which sample stood where, made after a while that is different every time.</summary>
internal sealed class FakeTransform(bool slow = true) : IImageTransform
{
    private readonly Random _random = new();

    public static ImageSize Size { get; } = new(4, 2);

    public ImageSize OutputSize => Size;

    public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
    {
        if (slow)
        {
            Thread.SpinWait(_random.Next(2000));
        }

        if (sample.Bytes[8] == 1)
        {
            destination.Fill(0xee);
            throw new BadSampleException("corrupt");
        }

        SampleRandom draws = place.Random();
        sample.Bytes[..8].CopyTo(destination);
        BitConverter.TryWriteBytes(destination[8..], draws.NextUInt64());
        BitConverter.TryWriteBytes(destination[16..], place.Position);
        timing = new TransformTiming(timing.DecodeTicks + 3, timing.TransformTicks + 4);
    }

    public void Dispose()
    {
    }
}
