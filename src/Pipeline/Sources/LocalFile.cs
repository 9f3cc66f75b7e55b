using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>A file of this machine's.</summary>
internal sealed class LocalFile : ByteFile
{
    private readonly SafeFileHandle _file;
    private readonly ReadAhead _ahead;

    private LocalFile(string path, SafeFileHandle file)
    {
        Name = path;
        _file = file;
        Length = RandomAccess.GetLength(file);
        _ahead = new ReadAhead(Length);
        // Of what was opened, before it is read: a link or a file renamed over it meanwhile is another file.
        Version = File.GetLastWriteTimeUtc(file).Ticks.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override string Version { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static new LocalFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = PositionalRead.Open(path);
            return new LocalFile(path, file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw SourceTrouble.CannotRead(path, error);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> destination, long offset)
    {
        int read = PositionalRead.Fill(_file, destination, offset);
        _ahead.Read(Meter, offset, read);
        return read;
    }

    /// <inheritdoc/>
    public override bool CanPrefetchBlocks => OperatingSystem.IsLinux();

    /// <summary>Has the system read all from the first range to the last in one go, gaps between them too: archives have headers there.</summary>
    public override void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
        if (CanPrefetchBlocks && ranges.Length > 0)
        {
            long start = ranges[0].Offset, bytes = ranges[^1].Offset + ranges[^1].Length - start;
            PositionalRead.Ahead(_file, start, bytes);
            _ahead.Announce(Meter, start, bytes);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
