using System.Buffers;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Runs;

/// <summary>Appends to an event log. A record goes to the system in one write as soon as it is appended, so a killed process
/// loses none; <see cref="Flush"/> brings them to the disk. For one thread at a time.</summary>
public sealed class EventLogWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _record = new(256);

    private EventLogWriter(FileStream file) => _file = file;

    /// <summary>Opens a log to go on after its last sound record, or a new one.</summary>
    /// <exception cref="UserErrorException">The file is not an event log, or of a later version.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static EventLogWriter Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        long end = EventLogReader.SoundEnd(path);
        // No buffer: a record is one write. Readers may read meanwhile; the run's lock keeps other writers away.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1);
        try
        {
            file.SetLength(end);
            file.Position = end;
            if (end == 0)
            {
                file.Write(EventLogFormat.Header);
            }

            return new EventLogWriter(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends an event.</summary>
    /// <exception cref="IOException">The disk is full or the like; the log ends as before.</exception>
    public void Append(TrainingEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        EventLogFormat.Write(_record, happened);
        long start = _file.Position;
        try
        {
            _file.Write(_record.WrittenSpan);
            _file.Flush();
        }
        catch (IOException)
        {
            CutAt(start);
            throw;
        }
    }

    /// <summary>Brings everything appended to the disk.</summary>
    public void Flush() => _file.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void CutAt(long start)
    {
        try
        {
            _file.SetLength(start);
            _file.Position = start;
        }
        catch (IOException)
        {
            // Half a record stays; readers skip it.
        }
    }
}
