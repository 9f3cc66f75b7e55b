using CsCheck;
using MessagePack;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>The event log: what is written is read, whatever a crash or a bad disk did to the rest.</summary>
public sealed class EventLogTests : IDisposable
{
    private static readonly Gen<DateTime> s_times = Gen.Long[0, TimeSpan.TicksPerDay * 10_000].Select(ticks => DateTime.UnixEpoch.AddTicks(ticks));

    private static readonly Gen<TrainingEvent> s_events = Gen.OneOf<TrainingEvent>(
        Gen.Select(s_times, Gen.Long, Gen.String, (time, step, text) => new RunStarted { Time = time, Step = step, TotalSteps = step / 2, Model = text, Device = "cpu", Precision = "fp32" }),
        Gen.Select(s_times, Gen.Long, Gen.Double, (time, step, loss) => new StepLogged { Time = time, Step = step, Loss = loss, LearningRate = loss / 3, SecondsLeft = double.NaN }),
        Gen.Select(s_times, Gen.Long, Gen.Double, (time, step, loss) => new EpochFinished { Time = time, Step = step, Epoch = step, Loss = loss }),
        Gen.Select(s_times, Gen.Long, Gen.Double, (time, step, top) => new Evaluated { Time = time, Step = step, Weights = "ema", Top1 = top, Top5 = top, Loss = -top, Samples = step }),
        Gen.Select(s_times, Gen.Long, Gen.String, (time, step, text) => new CheckpointSaved { Time = time, Step = step, Path = text, Seconds = 0.5 }),
        Gen.Select(s_times, Gen.String, Gen.String, (time, sample, reason) => new SampleRejected { Time = time, Sample = sample, Reason = reason }),
        Gen.Select(s_times, Gen.Enum<RunState>(), Gen.String.Null(), (time, state, error) => new RunFinished { Time = time, Step = 3, State = state, Error = error, Seconds = new Dictionary<string, double> { ["forward"] = 1, ["backward"] = 2.5 } }));

    private readonly TemporaryFolder _folder = new();

    private string Log => _folder["events.msgpack"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        s_events.List[0, 20].Sample(events =>
        {
            File.Delete(Log);
            Write(events);
            Same(events, EventLogReader.Read(Log));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_log_torn_at_any_byte_gives_its_sound_part_and_goes_on_from_there()
    {
        TrainingEvent[] events = Some(5);
        byte[] whole = Bytes(events, out long[] ends);
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(Log, whole[..cut]);
            TrainingEvent[] sound = [.. events.Take(ends.Count(end => end <= cut))];
            Same(sound, EventLogReader.Read(Log));
            Write([events[0]]);
            Same([.. sound, events[0]], EventLogReader.Read(Log));
            Assert.Equal(cut < EventLogFormat.HeaderSize ? ends[0] : EndBefore(ends, cut) + ends[0] - EventLogFormat.HeaderSize, new FileInfo(Log).Length);
        }
    }

    [Fact]
    public void A_flipped_bit_costs_only_the_record_that_it_is_in()
    {
        TrainingEvent[] events = Some(4);
        byte[] whole = Bytes(events, out long[] ends);
        for (int at = EventLogFormat.HeaderSize; at < whole.Length; at++)
        {
            foreach (int bit in new[] { 0, 7 })
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= (byte)(1 << bit);
                File.WriteAllBytes(Log, damaged);
                int hit = ends.Count(end => end <= at);
                Same([.. events.Where((_, index) => index != hit)], EventLogReader.Read(Log));
            }
        }
    }

    [Fact]
    public void A_writer_keeps_what_stands_behind_damage()
    {
        TrainingEvent[] events = Some(3);
        byte[] whole = Bytes(events, out long[] ends);
        whole[ends[0] + 10] ^= 1;
        File.WriteAllBytes(Log, whole);
        Write([events[1]]);
        Same([events[0], events[2], events[1]], EventLogReader.Read(Log));
    }

    [Fact]
    public void A_tail_of_zeros_is_no_record()
    {
        TrainingEvent[] events = Some(2);
        byte[] whole = Bytes(events, out _);
        File.WriteAllBytes(Log, [.. whole, .. new byte[100]]);
        Same(events, EventLogReader.Read(Log));
        Write([]);
        Assert.Equal(whole, File.ReadAllBytes(Log));
    }

    [Fact]
    public void Damage_longer_than_a_reader_holds_is_passed_over()
    {
        TrainingEvent[] events = Some(2);
        byte[] whole = Bytes(events, out long[] ends);
        var noise = new byte[6 << 20];
        Array.Fill(noise, (byte)0xff);
        File.WriteAllBytes(Log, [.. whole[..(int)ends[0]], .. noise, .. whole[(int)ends[0]..]]);
        Same(events, EventLogReader.Read(Log));
    }

    [Fact]
    public void A_reader_hears_what_comes_while_it_is_written()
    {
        TrainingEvent[] events = Some(3);
        long offset = 0;
        Assert.Empty(EventLogReader.ReadFrom(Log, ref offset));
        using EventLogWriter writer = EventLogWriter.Open(Log);
        Assert.Empty(EventLogReader.ReadFrom(Log, ref offset));
        foreach (TrainingEvent happened in events)
        {
            writer.Append(happened);
            Same([happened], EventLogReader.ReadFrom(Log, ref offset));
            Assert.Empty(EventLogReader.ReadFrom(Log, ref offset));
        }

        writer.Flush();
    }

    [Fact]
    public void A_record_that_is_half_there_is_read_when_it_is_whole()
    {
        TrainingEvent[] events = Some(2);
        byte[] whole = Bytes(events, out long[] ends);
        for (int cut = (int)ends[0]; cut < whole.Length; cut++)
        {
            File.WriteAllBytes(Log, whole[..cut]);
            long offset = 0;
            Same([events[0]], EventLogReader.ReadFrom(Log, ref offset));
            File.WriteAllBytes(Log, whole);
            Same([events[1]], EventLogReader.ReadFrom(Log, ref offset));
        }
    }

    [Fact]
    public async Task Reading_and_writing_at_once_gives_every_event_once()
    {
        const int count = 3000;
        using EventLogWriter writer = EventLogWriter.Open(Log);
        Task writing = Task.Run(
            () =>
            {
                for (int step = 0; step < count; step++)
                {
                    writer.Append(new StepLogged { Time = DateTime.UnixEpoch, Step = step });
                }
            },
            TestContext.Current.CancellationToken);
        List<long> steps = [];
        long offset = 0;
        while (steps.Count < count)
        {
            bool done = writing.IsCompleted;
            IReadOnlyList<TrainingEvent> more = EventLogReader.ReadFrom(Log, ref offset);
            steps.AddRange(more.Select(happened => ((StepLogged)happened).Step));
            Assert.False(done && more.Count == 0, "events are missing");
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, count).Select(step => (long)step), steps);
    }

    [Fact]
    public void Kinds_of_later_versions_are_passed_over()
    {
        TrainingEvent[] events = Some(2);
        byte[] whole = Bytes(events, out _);
        byte[] unknown = Record(MessagePackSerializer.Serialize(new object[] { 99, new Dictionary<string, int> { ["a"] = 1 } }, cancellationToken: TestContext.Current.CancellationToken));
        byte[] odd = Record([0xc1]);
        File.WriteAllBytes(Log, [.. whole, .. unknown, .. odd, .. whole[EventLogFormat.HeaderSize..]]);
        Same([.. events, .. events], EventLogReader.Read(Log));
    }

    [Fact]
    public void Another_file_is_not_taken_for_a_log()
    {
        File.WriteAllText(Log, "not an event log at all");
        Assert.StartsWith($"'{Log}' is not an event log", Assert.Throws<UserErrorException>(() => EventLogReader.Read(Log).ToList()).Message, StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => EventLogWriter.Open(Log));
        Assert.Equal("not an event log at all", File.ReadAllText(Log));
        File.WriteAllBytes(Log, "STEV\x02\0\0\0"u8.ToArray());
        Assert.Equal($"'{Log}' is an event log of version 2; this program knows version 1", Assert.Throws<UserErrorException>(() => EventLogReader.Read(Log).ToList()).Message);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xe3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void The_checksum_is_Castagnolis(string text, uint checksum) =>
        Assert.Equal(checksum, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    private static TrainingEvent[] Some(int count) => [.. Enumerable.Range(0, count).Select(index => index % 2 == 0
        ? (TrainingEvent)new StepLogged { Time = DateTime.UnixEpoch.AddSeconds(index), Step = index, Loss = 1.5 / (index + 1) }
        : new SampleRejected { Time = DateTime.UnixEpoch.AddSeconds(index), Sample = $"class/{index}.jpg", Reason = "zero bytes" })];

    private static long EndBefore(long[] ends, int cut) => ends.Where(end => end <= cut).Append(EventLogFormat.HeaderSize).Max();

    private static byte[] Record(byte[] payload) =>
        [.. BitConverter.GetBytes(payload.Length), .. BitConverter.GetBytes(Crc32C.Of(payload)), .. payload];

    private static void Same(IEnumerable<TrainingEvent> expected, IEnumerable<TrainingEvent> actual) =>
        Assert.Equal(expected.Select(Comparable), actual.Select(Comparable));

    // A record compares a dictionary by identity; its JSON compares what is in it, and knows NaN.
    private static string Comparable(TrainingEvent happened) =>
        happened.GetType().Name + System.Text.Json.JsonSerializer.Serialize(happened, happened.GetType(), s_json);

    private static readonly System.Text.Json.JsonSerializerOptions s_json =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private void Write(IEnumerable<TrainingEvent> events)
    {
        using EventLogWriter writer = EventLogWriter.Open(Log);
        foreach (TrainingEvent happened in events)
        {
            writer.Append(happened);
        }
    }

    private byte[] Bytes(TrainingEvent[] events, out long[] ends)
    {
        File.Delete(Log);
        List<long> lengths = [];
        foreach (TrainingEvent happened in events)
        {
            Write([happened]);
            lengths.Add(new FileInfo(Log).Length);
        }

        ends = [.. lengths];
        byte[] bytes = File.ReadAllBytes(Log);
        File.Delete(Log);
        return bytes;
    }
}
