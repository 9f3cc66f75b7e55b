using System.Globalization;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Commands;

/// <summary>What is wrong with shards, a line for each fault.</summary>
internal static class FaultLines
{
    /// <summary>So many samples that are no images are named: a data set may be full of them.</summary>
    private const int MostUnreadable = 10;

    public static void Write(TextWriter error, IEnumerable<ShardFault> faults)
    {
        foreach (ShardFault fault in faults)
        {
            string which = fault.Sample is { } sample ? string.Create(CultureInfo.InvariantCulture, $": sample {sample} ({fault.Name})") : "";
            error.WriteLine(Printable.Text($"error: {fault.File}{which}: {fault.What}"));
        }
    }

    /// <summary>Which samples of a pack hold no image that can be read: the first of them, and how many more.</summary>
    public static void Write(TextWriter error, PackResult pack)
    {
        foreach (UnreadableSample sample in pack.UnreadableSamples.Take(MostUnreadable))
        {
            error.WriteLine(Printable.Text(string.Create(CultureInfo.InvariantCulture,
                $"warning: sample {sample.Sample} ({sample.Name}): no image that can be read")));
        }

        if (pack.Unreadable > MostUnreadable)
        {
            error.WriteLine($"warning: {Counted.Of(pack.Unreadable - MostUnreadable, "more sample")} like these; --json lists all");
        }
    }
}
