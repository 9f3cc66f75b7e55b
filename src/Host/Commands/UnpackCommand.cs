using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Commands;

/// <summary><c>unpack SHARDS DEST</c>: image files again.</summary>
internal static class UnpackCommand
{
    public static Command Create(CommandOutput output)
    {
        Argument<string> shards = SharedOptions.Argument<string>("SHARDS", "The folder of shards.");
        Argument<string> dest = SharedOptions.Argument<string>("DEST", "The folder to unpack into: new, empty, or one in which unpacking the same was ended.");
        Option<int?> workers = new("--workers") { Description = "Threads; by default as many as the cores this process may use.", HelpName = "N" };
        Option<bool> json = SharedOptions.Json("the result"), quiet = SharedOptions.Quiet();
        var command = new Verb("unpack", """
            Writes the samples of shards as image files again, in a folder with one for each class: the original bytes of what
            was copied, else JPEGs that decode to the same pixels. The exit code is 1 where a sample is damaged.
            """,
            "unpack shards/train train/")
        { shards, dest, workers, json, quiet };
        command.SetAction(parsed =>
        {
            int threads = WorkSession.Workers(parsed.GetValue(workers));
            string to = parsed.GetRequiredValue(dest);
            return WorkSession.Run(output, "unpacked", parsed.GetValue(quiet), $"the same command goes on with {to}", to, (display, stop) =>
            {
                UnpackResult result = ShardUnpacker.Unpack(parsed.GetRequiredValue(shards), to, threads, display.Show, stop);
                display.Dispose();
                FaultLines.Write(output.Error, result.Faults);
                output.Out.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(result, CommandJson.Default.UnpackResult)
                    : Printable.Text(string.Create(CultureInfo.InvariantCulture, $"{to}: {Counted.Of(result.Files, "file")}, {result.Bytes / 1e6:F1} MB written{(result.Faults.Count > 0 ? $", {Counted.Of(result.Faults.Count, "damaged sample")} left out" : "")}")));
                return result.Faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
            });
        });
        return command;
    }
}
