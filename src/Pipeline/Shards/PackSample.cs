using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A few of a source's samples, drawn at random, to try on what packing brings. Does not own the source.</summary>
public sealed class PackSample
{
    private PackSample(ISampleSource source, long bytes, int jpegs) => (Source, Bytes, Jpegs) = (source, bytes, jpegs);

    /// <summary>The samples, in the order of the source they were drawn from; disposing it disposes that one.</summary>
    public ISampleSource Source { get; }

    /// <summary>Bytes of all.</summary>
    public long Bytes { get; }

    /// <summary>How many are JPEGs, which alone packing changes.</summary>
    public int Jpegs { get; }

    /// <summary>Whether a location is that of a pack already.</summary>
    public static bool IsPack(string location) => ShardSource.Is(SourceLocation.Parse(location).Path);

    /// <summary>Draws different samples that can be read, until there are enough.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="seed">Of the draw.</param>
    /// <param name="most">Samples at most.</param>
    /// <param name="mostBytes">Bytes at most, of more than one sample.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PackSample Draw(ISampleSource source, long seed, int most, long mostBytes, TimeSpan time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(source);
        long start = Stopwatch.GetTimestamp(), bytes = 0;
        var order = new KeyedPermutation(source.Count, seed, 0);
        var chosen = new List<long>();
        var origins = new HashSet<long>();
        int jpegs = 0;
        using var sample = new EncodedSample();
        for (long i = 0; i < source.Count && chosen.Count < most && bytes < mostBytes && Stopwatch.GetElapsedTime(start) < time; i++)
        {
            stop.ThrowIfCancellationRequested();
            long index = order[i];
            if (!origins.Add(source.OriginOf(index)) || !TryRead(source, index, sample) || (chosen.Count > 0 && bytes + sample.Length > mostBytes))
            {
                continue;
            }

            chosen.Add(index);
            bytes += sample.Length;
            jpegs += sample.Kind == PayloadKind.Encoded && ImageSignature.IsJpeg(sample.Bytes) ? 1 : 0;
        }

        chosen.Sort();
        return new PackSample(new SubsetSource(source, [.. chosen]), bytes, jpegs);
    }

    private static bool TryRead(ISampleSource source, long index, EncodedSample sample)
    {
        try
        {
            source.Read(index, sample);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
