namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// What of a local file the system has been asked to read ahead, block by block, page by page: a read there finds its bytes in
/// memory and makes no disk seek. Books both. Any thread.
/// </summary>
/// <param name="length">Bytes of the file.</param>
internal sealed class ReadAhead(long length)
{
    private const int PageBits = 12;

    private ulong[]? _pages;
    private long _end = ReadMeter.Nowhere;

    /// <summary>Books that a range is brought, as a read of its own.</summary>
    public void Announce(ReadMeter meter, long offset, long bytes)
    {
        // A bit a page: 4.5 MB for all of ImageNet, and nothing where no block is asked for.
        ulong[] pages = _pages ?? Interlocked.CompareExchange(ref _pages, new ulong[((length >> PageBits) + 64) / 64], null) ?? _pages;
        for (long page = offset >> PageBits; page <= Math.Min(offset + bytes, length) - 1 >> PageBits; page++)
        {
            Interlocked.Or(ref pages[page / 64], 1ul << (int)(page % 64));
        }

        meter.Read(ref _end, offset, bytes);
    }

    /// <summary>Books a read.</summary>
    public void Read(ReadMeter meter, long offset, long bytes)
    {
        if (!Announced(offset) || !Announced(offset + Math.Max(1, bytes) - 1))
        {
            meter.Read(ref _end, offset, bytes);
        }
    }

    private bool Announced(long offset) =>
        Volatile.Read(ref _pages) is { } pages && offset >= 0 && offset < length && (pages[offset >> PageBits >> 6] >> (int)(offset >> PageBits & 63) & 1) != 0;
}
