using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Writes payload files one after the other. A file has its name only when it is whole and on the disk; then its rows follow it
/// as an index of that file alone (<c>.part</c>), from which a later process goes on.
/// </summary>
internal sealed class ShardWriter : IDisposable
{
    private readonly string _folder;
    private readonly ShardHeader _header;
    private readonly long _limit;
    private readonly Action<ShardFile> _finished;
    private FileStream? _file;
    private ShardColumns _rows = new();
    private ShardFile _now;
    private long _position;

    /// <summary>Goes on after files that are there.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="header">Whose they are.</param>
    /// <param name="number">The next file's number.</param>
    /// <param name="first">The next sample.</param>
    /// <param name="finished">Told of each file when it is there with its rows.</param>
    public ShardWriter(string folder, ShardHeader header, int number, int first, Action<ShardFile> finished)
    {
        _folder = folder;
        _header = header;
        _limit = header.Options.ShardSize;
        _finished = finished;
        _now = new ShardFile(number, 0, first, 0);
    }

    /// <summary>Adds samples. Where one would make the file larger than it may be, it begins the next: which samples are in a
    /// file depends on them and those before them alone.</summary>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public void Add(PackedChunk chunk)
    {
        ReadOnlySpan<byte> bytes = chunk.Bytes.WrittenSpan;
        int written = 0;
        for (int i = 0; i < chunk.Rows.Count; i++)
        {
            ShardRow row = chunk.Rows[i];
            long size = ShardLayout.Aligned(row.Length);
            if (_now.Count > 0 && _position + size + ShardLayout.TrailerSize > _limit)
            {
                Write(bytes[written..(int)row.Offset]);
                written = (int)row.Offset;
                Finish();
            }

            if (_now.Count == 0)
            {
                Begin();
            }

            _rows.Add(row with { Offset = _position }, chunk.Names[i]);
            _position += size;
            _now = _now with { Count = _now.Count + 1 };
        }

        Write(bytes[written..]);
    }

    /// <summary>Ends the last file.</summary>
    /// <inheritdoc cref="Add"/>
    public void Finish()
    {
        if (_now.Count == 0)
        {
            return;
        }

        Write(new byte[ShardLayout.TrailerSize]);
        ShardFile done = _now with { Length = _position + ShardLayout.TrailerSize };
        string temporary = _file!.Name, path = Path.Combine(_folder, done.Name);
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        _file = null;
        File.Move(temporary, path, overwrite: true);
        Durable.FlushDirectory(_folder);
        AtomicFile.Write(Path.ChangeExtension(path, PackFolder.PartExtension), ShardIndexFormat.Write(_header, [done], _rows));
        _rows = new ShardColumns();
        _now = new ShardFile(done.Number + 1, 0, done.First + done.Count, 0);
        _finished(done);
    }

    /// <summary>Gives up the file that is being written.</summary>
    public void Dispose()
    {
        if (_file is { } file)
        {
            file.Dispose();
            try
            {
                File.Delete(file.Name);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next process deletes it.
            }
        }
    }

    private void Begin()
    {
        string path = Path.Combine(_folder, _now.Name + PackFolder.UnfinishedExtension);
        // Chunks are large: no buffer between.
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        var header = new byte[ShardLayout.HeaderSize];
        ShardLayout.WriteHeader(header, _now.Number, _header.Identity.Span);
        Write(header);
        _position = ShardLayout.HeaderSize;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            _file!.Write(bytes);
        }
        catch (ArgumentOutOfRangeException error)
        {
            // .NET's word for EFBIG: a limit of the size of files (ulimit -f), or the file system's own.
            throw new IOException($"{_file!.Name} may not become larger", error);
        }
    }
}
