using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>A file that is read at positions, wherever it lies: on a disk, behind HTTP, in an object store. All members may be
/// called from any thread at once.</summary>
internal abstract class ByteFile : IDisposable
{
    /// <summary>What the user calls it: a path or an address, never with credentials.</summary>
    public abstract string Name { get; }

    /// <summary>Its bytes.</summary>
    public abstract long Length { get; }

    /// <summary>What is different once its content is another: the time of its last change, an entity tag.</summary>
    public abstract string Version { get; }

    /// <summary>What is different once the content is another, be it only longer.</summary>
    public string ContentVersion => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Length}:{Version}");

    /// <summary>Who counts what is asked for: the source's, once it is open.</summary>
    public ReadMeter Meter { get; set; } = new();

    /// <summary>How many reads at a time it serves best.</summary>
    public virtual int Readers => 2;

    /// <summary>How many bytes a small read may as well bring: reading on a disk costs by the byte, over a network by the request.</summary>
    public virtual int Window => 512;

    /// <summary>Whether <see cref="Prefetch"/> does anything.</summary>
    public virtual bool CanPrefetch => false;

    /// <summary>Whether <see cref="Prefetch(ReadOnlySpan{ValueTuple{long, int}})"/> of many ranges does anything.</summary>
    public virtual bool CanPrefetchBlocks => CanPrefetch;

    /// <summary>Opens a file: <c>http://</c>, <c>https://</c>, <c>s3://</c> or a path.</summary>
    /// <exception cref="UserErrorException">It is not there or cannot be read.</exception>
    public static ByteFile Open(string location) => RemoteFiles.IsRemote(location) ? RemoteFiles.Open(location) : LocalFile.Open(location);

    /// <summary>Fills <paramref name="destination"/> as far as the file goes.</summary>
    /// <returns>Bytes read: fewer than asked for only at the end of the file.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    public abstract int Read(Span<byte> destination, long offset);

    /// <summary>Fills <paramref name="destination"/> wholly.</summary>
    /// <exception cref="IOException">The file ends before that, or cannot be read.</exception>
    public void Exactly(Span<byte> destination, long offset)
    {
        int read = Read(destination, offset);
        if (read < destination.Length)
        {
            throw new EndOfStreamException($"the file ends {Counted.Of(destination.Length - read, "byte")} too early: it has become shorter since it was indexed");
        }
    }

    /// <summary>Brings bytes that will be read soon closer; does nothing where they are.</summary>
    public virtual void Prefetch(long offset, int length)
    {
    }

    /// <summary>The same for ranges that lie in order and close together: they come by one request.</summary>
    public virtual void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
        foreach ((long offset, int length) in ranges)
        {
            Prefetch(offset, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes it.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
