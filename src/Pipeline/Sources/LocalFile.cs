using System.Globalization;
using StreamTrainer.Pipeline.Files;
using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>A file of this machine's.</summary>
internal sealed class LocalFile : ByteFile
{
    private readonly SafeFileHandle _file;
    private long _end = ReadMeter.Nowhere;

    private LocalFile(string path, SafeFileHandle file)
    {
        Name = path;
        _file = file;
        Length = RandomAccess.GetLength(file);
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
            throw new UserErrorException($"{path}: cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> destination, long offset)
    {
        int read = PositionalRead.Fill(_file, destination, offset);
        Meter.Read(ref _end, offset, read);
        return read;
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
