using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// TensorBoard's event file: records of length, masked CRC-32C of the length, an <c>Event</c> message, masked CRC-32C of the
/// message (TensorFlow's core/lib/io/record_writer.h, core/util/event.proto, core/framework/summary.proto). Each process of a run
/// begins a file of its own; a session start makes TensorBoard forget what an earlier one logged beyond the step that the run went
/// on from.
/// </summary>
public sealed class TensorBoardLog : ITrainingObserver, IDisposable
{
    // Field numbers of Event, SessionLog, Summary and Summary.Value.
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, Session = 7, Status = 1, Value = 1, Tag = 1, SimpleValue = 2;
    private const int SessionStart = 1;

    private readonly FileStream _file;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">Where TensorBoard is to look; made where it is not there.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        DateTime now = DateTime.UtcNow;
        long seconds = new DateTimeOffset(now).ToUnixTimeSeconds();
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:D10}.{Environment.MachineName}.{Environment.ProcessId}.{now.Ticks % 10_000_000}");
        _file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(now, 0, output =>
        {
            output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString("brain.Event:2");
        });
    }

    /// <inheritdoc/>
    public void On(TrainingEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                Write(started.Time, started.Step, output => Message(output, Session, session =>
                {
                    session.WriteTag(Status, WireFormat.WireType.Varint);
                    session.WriteEnum(SessionStart);
                }));
                break;
            case StepLogged step:
                Scalars(step.Time, step.Step, ("train/loss", step.Loss), ("train/lr", step.LearningRate),
                    ("train/images_per_second", step.ImagesPerSecond), ("train/data_wait_share", step.DataWaitShare));
                break;
            case EpochFinished epoch:
                Scalars(epoch.Time, epoch.Step, ("train/epoch_loss", epoch.Loss));
                break;
            case Evaluated scored:
                string prefix = scored.Weights == "model" ? "eval" : $"eval_{scored.Weights}";
                Scalars(scored.Time, scored.Step, ($"{prefix}/top1", scored.Top1), ($"{prefix}/top5", scored.Top5), ($"{prefix}/loss", scored.Loss));
                _file.Flush();
                break;
            case CheckpointSaved or RunFinished:
                _file.Flush();
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Scalars(DateTime time, long step, params ReadOnlySpan<(string Tag, double Value)> scalars)
    {
        (string Tag, double Value)[] all = scalars.ToArray();
        Write(time, step, output => Message(output, Summary, summary =>
        {
            foreach ((string tag, double value) in all)
            {
                Message(summary, Value, entry =>
                {
                    entry.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
                    entry.WriteString(tag);
                    entry.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
                    entry.WriteFloat((float)value);
                });
            }
        }));
    }

    private void Write(DateTime time, long step, Action<CodedOutputStream> content)
    {
        byte[] message = Bytes(output =>
        {
            output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
            output.WriteDouble((time - DateTime.UnixEpoch).TotalSeconds);
            output.WriteTag(Step, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            content(output);
        });
        var record = new byte[sizeof(ulong) + sizeof(uint) + message.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        message.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + message.Length), Masked(message));
        _file.Write(record);
    }

    /// <summary>A checksum that may stand in data that is itself checked: rotated, and a constant added.</summary>
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = Crc32C.Of(data);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> content)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Bytes(content)));
    }

    private static byte[] Bytes(Action<CodedOutputStream> content)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            content(output);
        }

        return buffer.ToArray();
    }
}
