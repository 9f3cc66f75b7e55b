using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

public sealed class ForeignLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TensorBoard_reads_what_was_logged()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        using (var log = new TensorBoardLog(_folder.Path))
        {
            log.On(new RunStarted { Time = time, Step = 40 });
            log.On(new StepLogged { Time = time, Step = 50, Loss = 1.5, LearningRate = 0.25, ImagesPerSecond = 1000, DataWaitShare = 0.125 });
            log.On(new Evaluated { Time = time, Step = 60, Weights = "ema", Top1 = 0.75, Top5 = 0.875, Loss = 0.5 });
        }

        Event[] events = [.. Read(Assert.Single(Directory.GetFiles(_folder.Path)))];
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(Directory.GetFiles(_folder.Path)[0]), StringComparison.Ordinal);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal((40, 1), (events[1].Step, events[1].SessionStatus));
        Assert.Equal(50, events[2].Step);
        Assert.Equal(new DateTimeOffset(time).ToUnixTimeSeconds(), events[2].WallTime);
        Assert.Equal([("train/loss", 1.5f), ("train/lr", 0.25f), ("train/images_per_second", 1000f), ("train/data_wait_share", 0.125f)], events[2].Scalars);
        Assert.Equal([("eval_ema/top1", 0.75f), ("eval_ema/top5", 0.875f), ("eval_ema/loss", 0.5f)], events[3].Scalars);
        Assert.Equal(4, events.Length);
    }

    [Fact]
    public void The_table_of_epochs_is_timms_and_goes_on_after_a_resume()
    {
        string file = Path.Combine(_folder.Path, "summary.csv");
        var first = new CsvLog(file);
        Epoch(first, 0, 2.5, 0.1, 0.5);
        Epoch(first, 1, 2.25, 0.05, 0.625);
        Assert.Equal("epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n0,2.5,1,50,100,0.1\n1,2.25,1,62.5,100,0.05\n", File.ReadAllText(file));

        // Epoch 1 is done again, and this time its evaluation is the average's.
        var second = new CsvLog(file);
        Epoch(second, 1, 2, 0.05, 0.625);
        second.On(new Evaluated { Epoch = 1, Weights = "ema", Top1 = 0.75, Top5 = 1, Loss = 0.5 });
        Assert.Equal("epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n0,2.5,1,50,100,0.1\n1,2,0.5,75,100,0.05\n", File.ReadAllText(file));
    }

    [Fact]
    public void What_cannot_be_written_is_left_off_and_ends_nothing()
    {
        RunDirectory run = RunDirectory.Create(_folder.Path, "blocked", new Recipe(), []);
        File.WriteAllText(run.TensorBoardDirectory, "a file where the folder should be");
        using var logs = new ForeignLogs(run, new LogOptions { To = [LogTarget.Tensorboard, LogTarget.Csv] }, NullLogger.Instance);
        logs.On(new EpochFinished { Epoch = 0, Loss = 1 });
        Assert.True(File.Exists(run.CsvFile));
    }

    private static void Epoch(CsvLog log, long epoch, double loss, double rate, double top1)
    {
        log.On(new StepLogged { Epoch = epoch, Loss = loss, LearningRate = rate });
        log.On(new EpochFinished { Epoch = epoch, Loss = loss });
        log.On(new Evaluated { Epoch = epoch, Weights = "model", Top1 = top1, Top5 = 1, Loss = 1 });
    }

    private sealed record Event(double WallTime, long Step, string? Version, int SessionStatus, List<(string Tag, float Value)> Scalars);

    /// <summary>A reader of its own, by the format's description; the checksum is a bit at a time.</summary>
    private static IEnumerable<Event> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            yield return Parse(bytes[(at + 12)..(at + 12 + length)]);
            at += 16 + length;
        }
    }

    private static Event Parse(byte[] message)
    {
        var result = new Event(0, 0, null, 0, []);
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: result = result with { WallTime = input.ReadDouble() }; break;
                case 2: result = result with { Step = input.ReadInt64() }; break;
                case 3: result = result with { Version = input.ReadString() }; break;
                case 5: result.Scalars.AddRange(Values(input.ReadBytes().ToByteArray())); break;
                case 7: result = result with { SessionStatus = input.ReadBytes().ToByteArray()[1] }; break;
                default: Assert.Fail($"field {WireFormat.GetTagFieldNumber(tag)}"); break;
            }
        }

        return result;
    }

    private static IEnumerable<(string Tag, float Value)> Values(byte[] summary)
    {
        var input = new CodedInputStream(summary);
        while (input.ReadTag() != 0)
        {
            var value = new CodedInputStream(input.ReadBytes().ToByteArray());
            value.ReadTag();
            string name = value.ReadString();
            value.ReadTag();
            yield return (name, value.ReadFloat());
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
