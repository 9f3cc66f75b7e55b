namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>
/// A file behind a network: what was read of it once is kept in the <see cref="RangeCache"/>, and what a broken answer still
/// brought is not asked for again. Failed requests are made anew after a pause drawn from a range that doubles (full jitter;
/// M. Brooker, "Exponential backoff and jitter", 2015), so that readers who failed together do not come back together.
/// </summary>
internal abstract class RemoteFile(string name) : ByteFile
{
    [ThreadStatic]
    private static byte[]? s_scratch;

    private readonly RangeCache? _cache = RemoteOptions.Current.Cached ? RemoteOptions.Current.Cache ?? RangeCache.Shared : null;

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
        if (kept && _cache!.TryRead(key, destination))
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

        if (s_scratch is null || s_scratch.Length < length)
        {
            s_scratch = GC.AllocateUninitializedArray<byte>(Math.Max(length, 1 << 20));
        }

        Read(s_scratch.AsSpan(0, length), offset);
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
                Request(destination, offset, ref done);
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
}
