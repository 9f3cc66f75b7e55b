using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Ranks;

/// <summary>A rank that fails or is stuck ends all, is named, and is told of once; under a real mpirun.</summary>
public sealed class RankFailureTests : IDisposable
{
    /// <summary>Long beside what it takes, short beside for ever.</summary>
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(40);

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData(1, "rank 1 of 2 on ", "did not arrive at step ")]
    [InlineData(0, "rank 0 of 2 on ", "has given no sign of life for 3s")]
    public void AStoppedRankIsNoticedByTheOthers(int rank, string who, string what)
    {
        using Executable program = Executable.StartRanks(2, Train("stuck", "--set", "distributed.timeout=3s"));
        program.Until(() => Directory.Exists(_small.Checkpoint("stuck", 20)));
        int[] processes = Children(program.Id);
        using (Process stop = Process.Start("kill", ["-STOP", processes[rank].ToString(CultureInfo.InvariantCulture)]))
        {
            stop.WaitForExit();
        }

        long start = Stopwatch.GetTimestamp();
        (int code, string output, string error) = program.Wait();
        Assert.NotEqual(0, code);
        Assert.True(Stopwatch.GetElapsedTime(start) < s_end, $"it went on for {Stopwatch.GetElapsedTime(start)}");
        string told = Assert.Single((output + error).Split('\n'), line => line.Contains("error: ", StringComparison.Ordinal));
        Assert.Contains(who, told, StringComparison.Ordinal);
        Assert.Contains(what, told, StringComparison.Ordinal);
        // The launcher does not wait for what it has killed.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            Thread.Sleep(20);
            return !processes.Any(Lives);
        }, s_end), "a process lives on");
        if (rank != 0)
        {
            Failed("stuck", HealthKind.RankStuck, rank, who);
        }

        // It goes on from its last checkpoint.
        string latest = new CheckpointStore(Path.Combine(_small.Run("stuck"), "checkpoints"), 1).Latest()!;
        using Executable resumed = Executable.Start("resume", _small.Run("stuck"), "--quiet");
        resumed.Until(() => new CheckpointStore(Path.Combine(_small.Run("stuck"), "checkpoints"), 1).Latest() != latest);
    }

    [Fact]
    public void AnErrorOfOneRankIsToldOnceAndEndsAll()
    {
        // What rank 1 reads has images that cannot be used.
        string own = Path.Combine(_small.Folder, "other");
        Copy(Path.Combine(_small.Folder, "train"), own);
        foreach (string file in Directory.GetFiles(Path.Combine(own, "class1")).Take(12))
        {
            File.WriteAllBytes(file, []);
        }

        string[] arguments = Train("error");
        long start = Stopwatch.GetTimestamp();
        using Executable program = Executable.StartRanks([arguments, [.. arguments, "--set", $"data.train={own}", "--set", "data.maxBadFraction=0.01"]]);
        (int code, string output, string error) = program.Wait();
        Assert.Equal(2, code);
        string told = Assert.Single((output + error).Split('\n'), line => line.Contains("error: ", StringComparison.Ordinal));
        Assert.Contains("rank 1 of 2 on ", told, StringComparison.Ordinal);
        Assert.Contains("data.maxBadFraction", told, StringComparison.Ordinal);
        Failed("error", HealthKind.RankFailed, 1, "data.maxBadFraction");
    }

    [Fact]
    public void AnErrorOfTheFirstRankEndsTheOthers()
    {
        string own = Path.Combine(_small.Folder, "other");
        Copy(Path.Combine(_small.Folder, "train"), own);
        foreach (string file in Directory.GetFiles(Path.Combine(own, "class1")).Take(12))
        {
            File.WriteAllBytes(file, []);
        }

        string[] arguments = Train("first");
        using Executable program = Executable.StartRanks([[.. arguments, "--set", $"data.train={own}", "--set", "data.maxBadFraction=0.01"], arguments]);
        (int code, string output, string error) = program.Wait();
        Assert.Equal(2, code);
        string told = Assert.Single((output + error).Split('\n'), line => line.Contains("error: ", StringComparison.Ordinal));
        Assert.Contains("data.maxBadFraction", told, StringComparison.Ordinal);
        Assert.DoesNotContain("rank 1", told, StringComparison.Ordinal);
    }

    private void Failed(string id, HealthKind kind, int rank, string message)
    {
        RunDirectory run = RunDirectory.Open(_small.Run(id));
        RunSummary summary = RunSummary.Read(run)!;
        Assert.Equal(RunState.Failed, summary.State);
        Assert.Contains(message, summary.Error, StringComparison.Ordinal);
        Assert.Contains(message, File.ReadAllText(run.LogFile), StringComparison.Ordinal);
        HealthAlarm alarm = EventLogReader.Read(run.EventsFile).OfType<HealthAlarm>().Last();
        Assert.Equal((kind, HealthAction.Stop), (alarm.Kind, alarm.Action));
        Assert.Equal([rank], alarm.Ranks);
        Assert.Equal(12, alarm.Samples.Count);
        Assert.True(alarm.Step > 0);
    }

    private string[] Train(string id, params string[] more) =>
        [.. _small.Train(id, 4000, "--quiet"), "--set", "train.epochs=1000", "--set", "train.groupSize=6", "--set", "train.microBatchSize=6", .. more];

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static bool Lives(int process)
    {
        try
        {
            // A zombie is none.
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int[] Children(int process) => [.. Directory.GetDirectories($"/proc/{process}/task")
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture)).Order()];
}
