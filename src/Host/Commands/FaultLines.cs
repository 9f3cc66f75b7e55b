using System.Globalization;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Commands;

/// <summary>What is wrong with shards, a line for each fault.</summary>
internal static class FaultLines
{
    public static void Write(TextWriter error, IEnumerable<ShardFault> faults)
    {
        foreach (ShardFault fault in faults)
        {
            string which = fault.Sample is { } sample ? string.Create(CultureInfo.InvariantCulture, $": sample {sample} ({fault.Name})") : "";
            error.WriteLine(Printable.Text($"error: {fault.File}{which}: {fault.What}"));
        }
    }
}
