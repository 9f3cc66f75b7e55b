using System.Globalization;
using System.Net;
using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>Runs that are submitted end as they would have on the command line, whatever is killed meanwhile, and none runs twice.</summary>
public sealed class SurvivalTests : IDisposable
{
    private const int Steps = 60, Every = 10;

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    /// <summary>Four runs; the service and one child are killed in the same moment, another child later.</summary>
    [Fact]
    public void RunsSurviveTheServiceAndTheirProcesses() => Survive(runs: 4, seeds: 2, random: new Random(1));

    /// <summary>Ten, at other moments each time.</summary>
    [Fact]
    public void TenRunsSurviveKillsAtRandom()
    {
        Assert.SkipUnless(TestPaths.Full, "STREAMTRAINER_TESTS=full runs it");
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        Survive(runs: 10, seeds: 5, new Random(seed));
    }

    private void Survive(int runs, int seeds, Random random)
    {
        string[] ids = [.. Enumerable.Range(0, runs).Select(i => $"run{i}")];
        Dictionary<string, int> owners = [];
        HashSet<string> killed = [];
        using (ServiceProcess first = Service())
        {
            for (int i = 0; i < runs; i++)
            {
                (HttpStatusCode code, JsonElement answer) = first.Post("api/runs", Submission(ids[i], i % seeds));
                Assert.True(code == HttpStatusCode.Created, answer.ToString());
            }

            // One of two that train is killed, and the service with it; the other goes on alone.
            string[] active = [];
            int after = Every * random.Next(1, runs > 4 ? 4 : 2);
            first.Until(() => (active = [.. ids.Where(id => Owner(id) is not null && HasCheckpoint(id, after))]).Length >= 2);
            string victim = active[random.Next(active.Length)];
            Array.ForEach(active, id => owners[id] = Owner(id)!.Value);
            Kill(victim, killed);
            Assert.Equal(137, first.End("KILL"));
            owners.Remove(victim);
        }

        using (ServiceProcess second = Service())
        {
            string next = "";
            second.Until(() => (next = ids.FirstOrDefault(id => !killed.Contains(id) && !owners.ContainsKey(id) && Owner(id) is not null && HasCheckpoint(id, Every)) ?? "").Length > 0);
            Kill(next, killed);
            second.Until(() => ids.All(id => second.State(id) is "completed" or "failed"));
            Assert.All(ids, id => Assert.Equal("completed", second.State(id)));
            Assert.Equal(0, second.End("TERM"));
        }

        for (int seed = 0; seed < seeds; seed++)
        {
            Assert.Equal(0, Executable.Run(_small.Train($"cli{seed}", Steps, "--set", $"train.seed={seed}", "--quiet")).Code);
        }

        Assert.Equal(2, killed.Count);
        for (int i = 0; i < runs; i++)
        {
            foreach (string file in (string[])["model.safetensors", "ema.safetensors"])
            {
                Assert.Equal(_small.Weights($"cli{i % seeds}", Steps, file), _small.Weights(ids[i], Steps, file));
            }

            AssertRanOnce(ids[i], killed.Contains(ids[i]));
        }
    }

    /// <summary>One process after the other trained it, each from where the last one's checkpoint stood.</summary>
    private void AssertRanOnce(string id, bool wasKilled)
    {
        TrainingEvent[] events = [.. EventLogReader.Read(Path.Combine(_small.Run(id), "events.msgpack"))];
        RunStarted[] starts = [.. events.OfType<RunStarted>()];
        Assert.Equal(wasKilled ? 2 : 1, starts.Length);
        Assert.Equal(0, starts[0].Step);
        Assert.All(starts[1..], start => Assert.True(start.Step >= Every, $"it began again at {start.Step}"));
        Assert.Equal(RunState.Completed, Assert.Single(events.OfType<RunFinished>()).State);
        Assert.IsType<RunFinished>(events[^1]);
    }

    private ServiceProcess Service() =>
        ServiceProcess.Start(_small.Runs, "--slots=2", $"--StreamTrainer:Roots:0={_small.Folder}", $"--StreamTrainer:Recipes={_small.Folder}");

    private static Dictionary<string, object> Submission(string id, int seed) => new()
    {
        ["recipe"] = "recipe",
        ["id"] = id,
        ["set"] = new[] { $"train.seed={seed}", $"train.maxSteps={Steps}", $"checkpoint.everySteps={Every}" },
    };

    private void Kill(string id, HashSet<string> killed)
    {
        // What is dead by now had its end in the moment before; the next look finds another.
        if (Owner(id) is { } process)
        {
            using var victim = System.Diagnostics.Process.GetProcessById(process);
            victim.Kill();
            killed.Add(id);
        }
    }

    private int? Owner(string id) => Directory.Exists(_small.Run(id)) ? RunLock.LiveOwner(RunDirectory.Open(_small.Run(id)))?.Process.Id : null;

    private bool HasCheckpoint(string id, int step) => Directory.Exists(Path.Combine(_small.Run(id), "checkpoints"))
        && Directory.EnumerateDirectories(Path.Combine(_small.Run(id), "checkpoints"), "step-*").Any(path => int.Parse(Path.GetFileName(path).AsSpan(5), CultureInfo.InvariantCulture) >= step)
        && !Directory.Exists(_small.Checkpoint(id, Steps));
}
