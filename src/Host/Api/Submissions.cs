using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Launch;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Api;

/// <summary>Submissions to runs that the queue takes.</summary>
internal static class Submissions
{
    private const int MostAfter = 100, LargestPriority = 1000, LongestKey = 200;
    private const double LongestLimit = 366 * 24 * 3600.0;

    /// <summary>Checks all that the recipe does not say.</summary>
    /// <exception cref="UserErrorException">Something of it cannot be.</exception>
    public static LaunchKind Check(Submission submission, DeviceSlots slots)
    {
        LaunchKind launch = submission.Launch switch
        {
            null => submission.Ranks is > 1 ? LaunchKind.Mpirun : LaunchKind.Process,
            "process" => LaunchKind.Process,
            "mpirun" => LaunchKind.Mpirun,
            _ => throw new UserErrorException($"launch: there is no '{submission.Launch}'; there are process and mpirun"),
        };
        Require(submission.Ranks is null or >= 1 && (submission.Ranks ?? 1) <= slots.Count, $"ranks: {submission.Ranks} is not 1 to {slots.Count}, the server's slots (StreamTrainer:Slots)");
        Require(launch == LaunchKind.Mpirun || submission.Ranks is null or 1, "ranks: one process is one rank; launch: mpirun starts several");
        Require(Math.Abs((long)submission.Priority) <= LargestPriority, $"priority: {submission.Priority} is not -{LargestPriority} to {LargestPriority}");
        Require(submission.After.Count <= MostAfter, $"after: up to {MostAfter} runs");
        Require(submission.Restarts is null or (>= 0 and <= 1000), $"restarts: {submission.Restarts} is not 0 to 1000");
        Require(submission.TimeLimitSeconds is null or (> 0 and <= LongestLimit), "timeLimitSeconds: more than 0, up to a year");
        return launch;
    }

    /// <summary>The run that a submission asks for.</summary>
    /// <param name="submission">The submission, checked.</param>
    /// <param name="recipe">Its recipe, checked.</param>
    /// <param name="launch">What starts it.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="key">Its Idempotency-Key; null: none.</param>
    /// <param name="paths">The server's folders.</param>
    public static NewRun Make(Submission submission, Recipe recipe, LaunchKind launch, Caller caller, string? key, ServicePaths paths)
    {
        Require(key is null or { Length: > 0 and <= LongestKey }, $"Idempotency-Key: 1 to {LongestKey} letters");
        RunTicket ticket = Ticket(caller) with
        {
            Priority = submission.Priority,
            After = [.. submission.After.Distinct()],
            Launch = launch,
            Ranks = submission.Ranks ?? 1,
            Restarts = submission.Restarts,
            TimeLimitSeconds = submission.TimeLimitSeconds,
            Key = key is null ? null : Hash($"{caller.Name}\n{key}"),
            KeyBody = key is null ? null : Hash(JsonSerializer.Serialize(submission, ApiJson.Options)),
        };
        // The words that its process is started with; those of this one may hold a password.
        string[] words = [.. OwnProgram.Words, "resume", Path.Combine(paths.Runs, submission.Id ?? "")];
        return new NewRun(submission.Id, recipe, ticket, RunEnvironment.Capture(words, Environment.CurrentDirectory, libraries: false));
    }

    /// <summary>A ticket that asks for nothing but to run.</summary>
    public static RunTicket Ticket(Caller caller) => new() { Submitted = DateTime.UtcNow, By = caller.Name, TraceParent = Activity.Current?.Id };

    private static void Require(bool right, string message)
    {
        if (!right)
        {
            throw new UserErrorException(message);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
