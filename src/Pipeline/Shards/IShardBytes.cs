using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>The bytes of a payload file, wherever it lies. Any thread.</summary>
internal interface IShardBytes : IDisposable
{
    /// <summary>How many reads at a time it serves best.</summary>
    int Readers => 2;

    /// <summary>Who counts what is read.</summary>
    ReadMeter Meter { set; }

    /// <summary>Whether <see cref="Prefetch"/> does anything.</summary>
    bool CanPrefetch => false;

    /// <summary>Whether bringing many ranges at once does anything.</summary>
    bool CanPrefetchBlocks => CanPrefetch;

    /// <summary>Brings a range that will be read soon closer.</summary>
    void Prefetch(long offset, int length)
    {
    }

    /// <summary>The same for ranges that lie in order and close together.</summary>
    void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
    }

    /// <summary>Gives a range of the file, which must lie in it: lent where it lies, or read into the sample's own memory.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    void Read(long offset, int length, EncodedSample sample);
}
