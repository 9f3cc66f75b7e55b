using System.Diagnostics;
using System.Text.Json;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>One writer for a run's directory, whoever died in it before.</summary>
public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _run;

    public RunLockTests() =>
        _run = RunDirectory.Create(_folder.Path, "one", RecipeLoader.Parse("data: {train: a}", "r"), []);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_lock_is_held_once_and_can_be_taken_again()
    {
        using (RunLock.Acquire(_run))
        {
            Assert.Equal(ProcessIdentity.Current(), RunLock.LiveOwner(_run)!.Process);
            Assert.StartsWith($"run one is in use by process {Environment.ProcessId} on ", Fault(), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_run.LockFile));
        Assert.Null(RunLock.LiveOwner(_run));
        RunLock.Acquire(_run).Dispose();
    }

    [Fact]
    public void A_live_owner_is_named_and_a_dead_one_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the test starts sleep");
        using Process other = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        try
        {
            Leave(ProcessIdentity.Of(other.Id)!);
            Assert.Equal($"run one is in use by process {other.Id} on elsewhere since 2026-01-02 03:04:05 UTC; wait for it, or stop it first", Fault());
            Assert.NotNull(RunLock.LiveOwner(_run));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }

        Assert.Null(RunLock.LiveOwner(_run));
        RunLock.Acquire(_run).Dispose();
    }

    [Fact]
    public void A_process_id_that_was_given_again_is_not_the_owner()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the test starts sleep");
        using Process other = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        try
        {
            Leave(ProcessIdentity.Of(other.Id)! with { Start = "an earlier boot/123" });
            using RunLock taken = RunLock.Acquire(_run);
            Assert.Equal(Environment.ProcessId, RunLock.LiveOwner(_run)!.Process.Id);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void The_systems_lock_counts_where_nothing_is_written_yet()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the test starts flock");
        using Process other = Process.Start(new ProcessStartInfo("flock", [Path.Combine(_run.Path, ".run.lock"), "sh", "-c", "echo held; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("held", other.StandardOutput.ReadLine());
            Assert.Equal("run one is in use by another process; wait for it, or stop it first", Fault());
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            other.WaitForExit();
        }

        // The lock goes with the last process that inherited it, which may take a moment.
        Assert.True(SpinWait.SpinUntil(CanBeTaken, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_lock_file_that_cannot_be_read_is_no_owner()
    {
        File.WriteAllText(_run.LockFile, "{\"process\":");
        RunLock.Acquire(_run).Dispose();
    }

    [Fact]
    public async Task Of_many_that_try_at_once_one_holds_it()
    {
        int holders = 0, most = 0, taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    try
                    {
                        using RunLock held = RunLock.Acquire(_run);
                        int now = Interlocked.Increment(ref holders);
                        most = Math.Max(most, now);
                        Interlocked.Increment(ref taken);
                        Thread.Yield();
                        Interlocked.Decrement(ref holders);
                    }
                    catch (UserErrorException)
                    {
                        // Another one holds it: what must happen to all but one.
                    }
                }
            },
            TestContext.Current.CancellationToken)));
        Assert.Equal(1, most);
        Assert.True(taken > 0);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_run.Path, ".run.lock"));
        Assert.StartsWith($"run one cannot be locked: '{_run.Path}' cannot be written: ", Fault(), StringComparison.Ordinal);
    }

    private bool CanBeTaken()
    {
        try
        {
            RunLock.Acquire(_run).Dispose();
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private void Leave(ProcessIdentity owner) => File.WriteAllBytes(_run.LockFile, JsonSerializer.SerializeToUtf8Bytes(
        new RunLockOwner(owner, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "elsewhere"), RunJson.Default.RunLockOwner));

    private string Fault() => Assert.Throws<UserErrorException>(() => RunLock.Acquire(_run).Dispose()).Message;
}
