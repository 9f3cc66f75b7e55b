namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>
/// A file behind a network: what was read of it once is kept in the <see cref="RangeCache"/>, and what a broken answer still
/// brought is not asked for again. Failed requests are made anew after a pause drawn from a range that doubles (full jitter;
/// M. Brooker, "Exponential backoff and jitter", 2015), so that readers who failed together do not come back together.
/// </summary>
internal abstract class RemoteFile(string name) : ByteFile
{
    /// <summary>Bytes of one request for several ranges, unless one alone is larger.</summary>
    private const int MostAtOnce = 8 << 20;

    [ThreadStatic]
    private static byte[]? s_scratch;

    private readonly RangeCache? _cache = RemoteOptions.Current.Cached ? RemoteOptions.Current.Cache ?? RangeCache.Shared : null;

    // What prefetchers are fetching. Few: a prefetcher has one at a time.
    private readonly List<(long Start, long End)> _underWay = [];

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override int Readers => RemoteOptions.Current.Readers;

    /// <inheritdoc/>
    public override int Window => 256 << 10;

    /// <inheritdoc/>
    public override bool CanPrefetch => _cache is not null;

    /// <inheritdoc/>
    public override int Read(Span<byte> destination, long offset)
    {
        int length = (int)Math.Clamp(Length - offset, 0, destination.Length);
        destination = destination[..length];
        if (length == 0)
        {
            return 0;
        }

        // A window is read over headers, which are kept as an index of their own.
        bool kept = _cache is not null && length != Window;
        UInt128 key = kept ? RangeCache.KeyOf(Name, Version, offset, length) : default;
        if (kept && (_cache!.TryRead(key, destination) || (AwaitPrefetch(offset, length) && _cache.TryRead(key, destination))))
        {
            return length;
        }

        Fetch(destination, offset, RemoteOptions.Current.Patience);
        if (kept)
        {
            _cache!.Write(key, destination);
        }

        return length;
    }

    /// <inheritdoc/>
    public override void Prefetch(long offset, int length)
    {
        if (_cache is null || length > Length - offset || _cache.Contains(RangeCache.KeyOf(Name, Version, offset, length)))
        {
            return;
        }

        Read(Scratch(length), offset);
    }

    /// <inheritdoc/>
    public override void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
        if (_cache is null)
        {
            return;
        }

        while (!ranges.IsEmpty)
        {
            // As many as one request may bring, and of those the ones from the first to the last that is missing.
            int count = 1;
            while (count < ranges.Length && ranges[count].Offset + ranges[count].Length - ranges[0].Offset <= MostAtOnce)
            {
                count++;
            }

            Together(ranges[..count]);
            ranges = ranges[count..];
        }
    }

    private static Span<byte> Scratch(int length)
    {
        if (s_scratch is null || s_scratch.Length < length)
        {
            s_scratch = GC.AllocateUninitializedArray<byte>(Math.Max(length, 1 << 20));
        }

        return s_scratch.AsSpan(0, length);
    }

    /// <summary>Waits for a prefetch that brings these bytes: asking for them a second time would delay both.</summary>
    /// <returns>False where there was none.</returns>
    private bool AwaitPrefetch(long offset, int length)
    {
        lock (_underWay)
        {
            bool waited = false;
            while (_underWay.Exists(range => range.Start <= offset && offset + length <= range.End))
            {
                waited = true;
                Monitor.Wait(_underWay);
            }

            return waited;
        }
    }

    private void Together(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
        while (!ranges.IsEmpty && Known(ranges[0]))
        {
            ranges = ranges[1..];
        }

        while (!ranges.IsEmpty && Known(ranges[^1]))
        {
            ranges = ranges[..^1];
        }

        if (ranges.IsEmpty || ranges[^1].Offset + ranges[^1].Length > Length)
        {
            return;
        }

        long start = ranges[0].Offset, end = ranges[^1].Offset + ranges[^1].Length;
        lock (_underWay)
        {
            _underWay.Add((start, end));
        }

        try
        {
            Span<byte> all = Scratch(checked((int)(end - start)));
            Fetch(all, start, RemoteOptions.Current.Patience);
            foreach ((long offset, int length) in ranges)
            {
                _cache!.Write(RangeCache.KeyOf(Name, Version, offset, length), all.Slice((int)(offset - start), length));
            }
        }
        finally
        {
            lock (_underWay)
            {
                _underWay.Remove((start, end));
                Monitor.PulseAll(_underWay);
            }
        }

        bool Known((long Offset, int Length) range) => _cache!.Contains(RangeCache.KeyOf(Name, Version, range.Offset, range.Length));
    }

    /// <summary>One request for what is still missing.</summary>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="offset">Where in the file they begin.</param>
    /// <param name="done">How many of them are there already; counted up as more come, also where it ends in an error.</param>
    /// <exception cref="TransientException">It is worth another try.</exception>
    /// <exception cref="IOException">It is not: this range cannot be read.</exception>
    /// <exception cref="UserErrorException">Nothing of the file can be.</exception>
    protected abstract void Request(Span<byte> destination, long offset, ref int done);

    /// <summary>Reads by as many requests as it takes.</summary>
    protected void Fetch(Span<byte> destination, long offset, TimeSpan patience)
    {
        int done = 0;
        var patienceLeft = new Patience(patience);
        while (true)
        {
            int before = done;
            try
            {
                Ask(destination, offset, ref done);
                return;
            }
            catch (TransientException error)
            {
                if (done > before)
                {
                    // It comes, if slowly.
                    patienceLeft = new Patience(patience);
                }

                patienceLeft.WaitAfter(error, Name);
            }
        }
    }

    private void Ask(Span<byte> destination, long offset, ref int done)
    {
        int before = done;
        try
        {
            Request(destination, offset, ref done);
        }
        finally
        {
            Meter.Request(done - before);
        }
    }
}
