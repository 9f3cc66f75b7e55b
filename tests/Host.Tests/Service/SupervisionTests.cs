using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>What the service does with runs in good and in bad times.</summary>
public sealed class SupervisionTests : IDisposable
{
    private const int Endless = 1_000_000;

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void ALostDatabaseIsMadeAnewOfTheRunsAndAStopSavesThem()
    {
        int process;
        using (ServiceProcess first = Start())
        {
            Submit(first, "long", Endless, "key");
            Submit(first, "next", 1, null, after: "long");
            Assert.Equal(HttpStatusCode.BadRequest, first.Post("api/runs", new { recipe = "recipe", after = new[] { "nobody" } }).Code);
            first.Until(() => HasCheckpoint("long"));
            process = Owner("long")!.Value;
            first.End("KILL");
        }

        foreach (string file in Directory.EnumerateFiles(Path.Combine(_small.Runs, ".service"), "queue.db*"))
        {
            File.Delete(file);
        }

        using (ServiceProcess second = Start())
        {
            Assert.Contains("2 tickets", second.Output, StringComparison.Ordinal);
            Assert.Equal("running", second.State("long"));
            Assert.Equal(process, Owner("long"));
            Assert.Equal(HttpStatusCode.OK, Submit(second, "long", Endless, "key"));
            Assert.Equal("waits for long", second.Get("api/runs/next").Answer.GetProperty("reason").GetString());
            // Asked to rest it rests, and who waits for it goes on waiting.
            Assert.Equal(HttpStatusCode.OK, second.Post("api/runs/long/stop").Code);
            second.Until(() => second.State("long") == "stopped");
            Assert.Equal("queued", second.State("next"));
            Assert.Equal(HttpStatusCode.Conflict, second.Delete("api/runs/long?confirm=long").Code);
            Assert.Equal(HttpStatusCode.OK, second.Post("api/runs/long/resume").Code);
            second.Until(() => Starts("long").Length == 2);
            // Stopped with the service, it is wanted all the same.
            Assert.Equal(0, second.End("TERM"));
            Assert.Equal(RunState.Stopped, Summary("long").State);
        }

        Assert.True(Starts("long")[1].Step > 0);
        using ServiceProcess third = Start();
        third.Until(() => third.State("long") == "running");
        Assert.Equal(HttpStatusCode.OK, third.Post("api/runs/long/stop?now=true").Code);
        third.Until(() => third.State("long") == "stopped");
    }

    [Fact]
    public void ARunThatCrashesAgainAndAgainIsGivenUpAndAMistakeIsNotTriedTwice()
    {
        using ServiceProcess service = Start("--StreamTrainer:Restarts=1");
        Submit(service, "crashing", Endless, null, after: null, "checkpoint.everySteps=100000", "checkpoint.everyEpochs=100000");
        int? killed = null;
        for (int i = 0; i < 2; i++)
        {
            service.Until(() => Owner("crashing") is { } owner && owner != killed);
            killed = Owner("crashing");
            using var victim = Process.GetProcessById(killed!.Value);
            victim.Kill();
        }

        service.Until(() => service.State("crashing") == "failed");
        JsonElement run = service.Get("api/runs/crashing").Answer;
        Assert.Contains("signal 9", run.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, run.GetProperty("queue").GetProperty("failures").GetInt32());

        // What only its process finds wrong: the classes of the two sets differ.
        Directory.CreateDirectory(Path.Combine(_small.Folder, "val", "other"));
        File.Copy(Directory.GetFiles(Path.Combine(_small.Folder, "val", "class0"))[0], Path.Combine(_small.Folder, "val", "other", "x.jpg"));
        Submit(service, "mistaken", 1, null);
        service.Until(() => service.State("mistaken") == "failed");
        run = service.Get("api/runs/mistaken").Answer;
        Assert.Contains("other", run.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, run.GetProperty("queue").GetProperty("failures").GetInt32());
    }

    [Fact]
    public void TheCommandLineAsksTheServiceAndTheServiceSeesTheCommandLine()
    {
        using ServiceProcess service = Start();
        string server = service.Address.ToString();
        (int code, string output, string error) = Executable.Run("train", _small.Recipe, "--server", server, "--id", "remote", "--set", "train.maxSteps=12", "--json");
        Assert.True(code == 0, error);
        Assert.Equal("completed", JsonDocument.Parse(output).RootElement.GetProperty("state").GetString());
        Assert.Contains("run remote at", error, StringComparison.Ordinal);
        Assert.Contains("epoch", error, StringComparison.Ordinal);
        Assert.Equal(RunState.Completed, Summary("remote").State);

        using Executable here = Executable.Start(_small.Train("here", Endless));
        here.Until(() => HasCheckpoint("here"));
        service.Until(() => service.Get("api/runs?state=running").Answer.GetProperty("total").GetInt32() == 1);
        (code, output, _) = Executable.Run("--server", server, "runs", "list");
        Assert.Equal(0, code);
        Assert.Equal(["here", "remote"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
        Assert.Equal(0, Executable.Run("runs", "stop", "here", "--server", server).Code);
        Assert.Equal(143, here.Wait().Code);
        Assert.Equal("stopped", Summary("here").State.ToString().ToLowerInvariant());

        Assert.Equal(0, Executable.Run("runs", "delete", "remote", "--yes", "--server", server).Code);
        (code, _, error) = Executable.Run("runs", "resume", "remote", "--server", server);
        Assert.Equal((2, true), (code, error.StartsWith("error: there is no run 'remote'", StringComparison.Ordinal)));
        (code, _, error) = Executable.Run("runs", "list", "--server", "http://127.0.0.1:1");
        Assert.Equal((2, true), (code, error.StartsWith("error: no service answers at http://127.0.0.1:1", StringComparison.Ordinal)));
        (code, _, error) = Executable.Run("models", "--server", server);
        Assert.Equal((2, true), (code, error.Contains("--server: models works on this machine", StringComparison.Ordinal)));
    }

    [Fact]
    public void SeveralRanksAreStartedByMpirunAndStoppedTogether()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mpirun"), "there is no /usr/bin/mpirun (Debian's openmpi-bin)");
        using ServiceProcess service = Start();
        string[] set = [$"train.maxSteps={Endless}", "train.epochs=1000000", "train.groupSize=6", "checkpoint.everySteps=10"];
        Assert.Equal(HttpStatusCode.BadRequest, service.Post("api/runs", new { recipe = "recipe", ranks = 3, set }).Code);
        Assert.Equal(HttpStatusCode.Created, service.Post("api/runs", new { recipe = "recipe", id = "ranks", ranks = 2, set }).Code);
        service.Until(() => HasCheckpoint("ranks"));
        JsonElement run = service.Get("api/runs/ranks").Answer;
        Assert.Equal([0, 1], run.GetProperty("queue").GetProperty("slots").EnumerateArray().Select(slot => slot.GetInt32()));
        Assert.Equal("mpirun", run.GetProperty("queue").GetProperty("launch").GetString());
        // With it killed and come back, the ranks are still there, and stop when they are asked.
        service.End("KILL");
        int owner = Owner("ranks")!.Value;
        using ServiceProcess again = Start();
        Assert.Equal("running", again.State("ranks"));
        Assert.Equal(owner, Owner("ranks"));
        Assert.Equal(HttpStatusCode.OK, again.Post("api/runs/ranks/stop").Code);
        again.Until(() => again.State("ranks") == "stopped");
        Assert.Equal(RunState.Stopped, Summary("ranks").State);
    }

    private ServiceProcess Start(params string[] settings) =>
        ServiceProcess.Start(_small.Runs, ["--slots=2", $"--StreamTrainer:Roots:0={_small.Folder}", $"--StreamTrainer:Recipes={_small.Folder}", .. settings]);

    private static HttpStatusCode Submit(ServiceProcess service, string id, int steps, string? key, string? after = null, params string[] set)
    {
        string[] all = [string.Create(CultureInfo.InvariantCulture, $"train.maxSteps={steps}"), "train.epochs=1000000", .. set];
        (HttpStatusCode code, JsonElement answer) = service.Post("api/runs", new { recipe = "recipe", id, set = all, after = after is null ? [] : new[] { after } }, idempotency: key);
        Assert.True(code is HttpStatusCode.Created or HttpStatusCode.OK, answer.ToString());
        return code;
    }

    private RunSummary Summary(string id) => RunSummary.Read(RunDirectory.Open(_small.Run(id)))!;

    private RunStarted[] Starts(string id) => [.. EventLogReader.Read(RunDirectory.Open(_small.Run(id)).EventsFile).OfType<RunStarted>()];

    private int? Owner(string id) => RunLock.LiveOwner(RunDirectory.Open(_small.Run(id)))?.Process.Id;

    private bool HasCheckpoint(string id)
    {
        string folder = Path.Combine(_small.Run(id), "checkpoints");
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder, "step-*").Any();
    }
}
