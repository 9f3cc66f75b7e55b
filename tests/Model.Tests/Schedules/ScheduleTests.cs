using System.Text.Json;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Model.Tests.Schedules;

public sealed class ScheduleTests
{
    private static readonly Lazy<JsonElement?> s_golden = new(() =>
    {
        string file = TestPaths.GoldenFile("optim", "schedules.json");
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("schedules") : null;
    });

    public static TheoryData<string> Cases => s_golden.Value is { } golden ? [.. golden.EnumerateObject().Select(entry => entry.Name)] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void EqualsTimms(string name)
    {
        JsonElement entry = s_golden.Value!.Value.GetProperty(name);
        double Number(string key, double otherwise) => entry.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : otherwise;
        int epochs = entry.GetProperty("epochs").GetInt32();
        var options = new ScheduleOptions
        {
            Name = Enum.Parse<ScheduleKind>(entry.GetProperty("kind").GetString()!, ignoreCase: true),
            WarmupEpochs = Number("warmup_epochs", 0),
            WarmupLr = Number("warmup_lr", 0),
            MinLr = Number("min_lr", 0),
            WarmupPrefix = entry.TryGetProperty("warmup_prefix", out JsonElement prefix) && prefix.GetBoolean(),
            DecayEpochs = Number("decay_epochs", 1),
            // "0.02^(t/400)"
            DecayRate = entry.TryGetProperty("factor", out JsonElement factor)
                ? double.Parse(factor.GetString()!.Split('^')[0], System.Globalization.CultureInfo.InvariantCulture)
                : Number("decay_rate", 1),
        };
        ISchedule schedule = StreamTrainer.Model.Schedules.Schedules.Create(options, entry.GetProperty("base_lr").GetDouble(), epochs);
        if (entry.TryGetProperty("lr_by_epoch", out JsonElement rates))
        {
            int epoch = 0;
            Assert.All(rates.EnumerateArray(), rate => AssertClose(rate.GetDouble(), schedule.RateAt(epoch++)));
        }

        if (entry.TryGetProperty("lr_at_fraction", out JsonElement fractions))
        {
            Assert.All(fractions.EnumerateArray(), rate => AssertClose(rate[1].GetDouble(), schedule.RateAt(rate[0].GetDouble())));
        }

        if (entry.TryGetProperty("lr_at_update", out JsonElement atUpdates))
        {
            double updates = entry.GetProperty("updates_per_epoch").GetDouble();
            Assert.All(atUpdates.EnumerateArray(), rate => AssertClose(rate[1].GetDouble(), schedule.RateAt(rate[0].GetInt64() / updates)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinearIsATriangle(bool prefix)
    {
        var options = new ScheduleOptions { Name = ScheduleKind.Linear, WarmupEpochs = 2.5, WarmupLr = 0.1, MinLr = 0.05, WarmupPrefix = prefix };
        ISchedule schedule = StreamTrainer.Model.Schedules.Schedules.Create(options, 1.1, 10);
        Assert.Equal(0.1, schedule.RateAt(0), 12);
        Assert.Equal(0.6, schedule.RateAt(1.25), 12);
        Assert.Equal(1.1, schedule.RateAt(2.5), 12);
        Assert.Equal((1.1 + 0.05) / 2, schedule.RateAt(6.25), 12);
        Assert.Equal(0.05, schedule.RateAt(10), 12);
        Assert.Equal(0.05, schedule.RateAt(11), 12);
    }

    [Theory]
    [InlineData(ScheduleKind.Cosine, 0.05)]
    [InlineData(ScheduleKind.Linear, 0.05)]
    [InlineData(ScheduleKind.Exponential, 0.1)]
    public void TheCoolDownStaysWhereTheScheduleEnds(ScheduleKind kind, double end)
    {
        var options = new ScheduleOptions { Name = kind, MinLr = 0.05, DecayRate = 0.1 };
        ISchedule longer = StreamTrainer.Model.Schedules.Schedules.Create(options with { CooldownEpochs = 3 }, 1, 13);
        ISchedule without = StreamTrainer.Model.Schedules.Schedules.Create(options, 1, 10);
        Assert.All([0, 4, 9.5], epoch => Assert.Equal(without.RateAt(epoch), longer.RateAt(epoch)));
        Assert.All([10, 11.5, 13, 20], epoch => Assert.Equal(end, longer.RateAt(epoch), 12));
    }

    // Near the end a cosine's rate is the difference of numbers as large as the base rate.
    private static void AssertClose(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected) + 1e-17, $"{expected} and {actual}");
}
