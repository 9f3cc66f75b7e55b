using System.Globalization;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>
/// A run that is killed again and again, at random moments and while it writes checkpoints, never leaves a checkpoint that cannot be read and
/// ends with the weights of one that never was. <c>tests/kills.sh 300</c> does it 300 times.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int Steps = 60;

    /// <summary>Kills, from the environment; a few by default.</summary>
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("STREAMTRAINER_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int kills) ? kills : 4;

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void AnyNumberOfKillsLosesNothing()
    {
        // A checkpoint a step: it is nearly always writing one.
        string[] options = ["--quiet", "--set", "checkpoint.everySteps=1", "--set", "checkpoint.keep=2"];
        Assert.Equal(0, Executable.Run(_small.Train("whole", Steps, options)).Code);
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int writing = 0, starting = 0, runs = 0, since = 0;
        for (int kill = 0; kill < s_kills; runs++, since = 0)
        {
            string id = $"killed-{runs}";
            while (true)
            {
                using Executable program = since == 0 ? Executable.Start(_small.Train(id, Steps, options)) : Executable.Start("resume", _small.Run(id), "--quiet");
                since++;
                (bool killed, bool wrote, bool began) = kill >= s_kills ? default : Kill(program, id, random, kill);
                if (!killed)
                {
                    (int code, _, string error) = program.Wait();
                    Assert.True(code == 0, $"seed {seed}, kill {kill}: {error}");
                    break;
                }

                kill++;
                writing += wrote ? 1 : 0;
                starting += began ? 0 : 1;
                string checkpoints = Path.Combine(_small.Run(id), "checkpoints");
                var damaged = new List<string>();
                _ = new CheckpointStore(checkpoints, 2).LatestSound((path, why) => damaged.Add($"{path}: {why}"));
                Assert.True(damaged.Count == 0, $"seed {seed}, kill {kill}: {string.Join("; ", damaged)}");
                if (!Directory.Exists(_small.Run(id)))
                {
                    // Killed before there was a run.
                    since = 0;
                }
            }

            foreach (string file in (string[])["model.safetensors", "ema.safetensors", "optimizer.safetensors"])
            {
                Assert.True(_small.Weights("whole", Steps, file).AsSpan().SequenceEqual(_small.Weights(id, Steps, file)), $"seed {seed}, run {runs}: another {file}");
            }

            Directory.Delete(_small.Run(id), recursive: true);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{s_kills} kills of {runs} runs, {writing} while a checkpoint was being written, {starting} before the first step of a process");
    }

    /// <summary>Kills it: of four times once at a random moment of its start, once some time after it has saved a checkpoint of its own, and twice
    /// while it writes one.</summary>
    /// <returns>Whether it was killed, or had ended by itself; whether it was writing a checkpoint; whether it had saved one.</returns>
    private (bool Killed, bool Wrote, bool Began) Kill(Executable program, string id, Random random, int kill)
    {
        string checkpoints = Path.Combine(_small.Run(id), "checkpoints");
        string? before = Newest(checkpoints);
        bool atStart = kill % 4 == 0, whileWriting = kill % 2 == 1;
        DateTime end = atStart ? DateTime.UtcNow.AddMilliseconds(random.Next(3000)) : DateTime.MaxValue;
        while (!program.HasExited && DateTime.UtcNow < end)
        {
            if (!atStart && Newest(checkpoints) != before && (!whileWriting || Writing(checkpoints)))
            {
                // Into the writing, or into the steps that follow.
                Thread.Sleep(random.Next(whileWriting ? 10 : 500));
                break;
            }

            Thread.Sleep(1);
        }

        program.Signal("KILL");
        bool killed = program.Wait().Code == 137;
        return (killed, Writing(checkpoints), Newest(checkpoints) != before);
    }

    private static bool Writing(string checkpoints) => Directory.Exists(checkpoints) && Directory.EnumerateDirectories(checkpoints, ".unfinished-*").Any();

    private static string? Newest(string checkpoints) => Directory.Exists(checkpoints) ? new CheckpointStore(checkpoints, 2).Latest() : null;
}
