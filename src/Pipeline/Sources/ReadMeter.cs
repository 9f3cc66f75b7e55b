namespace StreamTrainer.Pipeline.Sources;

/// <summary>Counts what a source asks of disks and servers, beside reads that take a thousand times as long. Any thread.</summary>
internal sealed class ReadMeter
{
    /// <summary>Where a file's last read ended, before there was one.</summary>
    public const long Nowhere = long.MinValue / 2;

    /// <summary>Bytes that a disk passes over without a seek: the page that it is in, such as headers between a tar's members.</summary>
    private const long Passed = 4096;

    private long _requests, _seeks, _bytes;

    /// <summary>All so far.</summary>
    public ReadCounts Counts => new(Volatile.Read(ref _requests), Volatile.Read(ref _seeks), Volatile.Read(ref _bytes));

    /// <summary>A local file was read.</summary>
    /// <param name="end">Where its last read ended, or <see cref="Nowhere"/>; gets where this one did.</param>
    /// <param name="offset">Where it began.</param>
    /// <param name="bytes">How many bytes came.</param>
    public void Read(ref long end, long offset, long bytes)
    {
        long last = Interlocked.Exchange(ref end, offset + bytes), gap = offset - last;
        Add(bytes, seek: gap is < 0 or > Passed && last != offset + bytes);
    }

    /// <summary>One of many local files was read as a whole.</summary>
    /// <param name="last">The number of the last one, or <see cref="Nowhere"/>; gets this one's.</param>
    /// <param name="number">The file's number.</param>
    /// <param name="bytes">How many bytes came.</param>
    public void Whole(ref long last, long number, long bytes) => Add(bytes, seek: Interlocked.Exchange(ref last, number) != number);

    /// <summary>A server was asked.</summary>
    /// <param name="bytes">How many bytes came.</param>
    public void Request(long bytes) => Add(bytes, seek: false);

    private void Add(long bytes, bool seek)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _bytes, bytes);
        if (seek)
        {
            Interlocked.Increment(ref _seeks);
        }
    }
}
