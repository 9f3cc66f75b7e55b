using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary><c>pack SOURCE DEST</c>: shards of a data set; <c>pack --verify DEST</c>: whether they are sound.</summary>
internal static class PackCommand
{
    private const long LeastShard = 1 << 16;

    public static Command Create(CommandOutput output)
    {
        Argument<string> first = SharedOptions.Argument<string>("SOURCE", "What is packed: anything that data.train may name. With --verify: the shards.");
        Argument<string?> second = SharedOptions.Argument<string?>("DEST", "The folder to pack into: new, empty, or one of the same pack that was ended.");
        second.Arity = ArgumentArity.ZeroOrOne;
        Option<string> payload = new("--payload")
        {
            Description = "What JPEGs become: copy (their bytes), indexed (the same coefficients, random access, about the same size), coefficients (the same, fastest, about 1.22 times the size).",
            HelpName = string.Join('|', ShardText.Payloads),
            DefaultValueFactory = _ => ShardText.Of(ShardPayload.Coefficients),
        };
        Option<string> shardSize = new("--shard-size") { Description = "Most bytes of a payload file.", HelpName = "SIZE", DefaultValueFactory = _ => new ByteSize(PackOptions.DefaultShardSize).ToString() };
        Option<int?> maxSide = new("--max-side") { Description = "Shrink images with a longer side to this many pixels first, as JPEGs: lossy.", HelpName = "N" };
        Option<int?> quality = new("--quality") { Description = "Encode all images anew at this JPEG quality first: lossy. Without it those that --max-side shrinks have 90.", HelpName = "Q" };
        Option<int?> workers = new("--workers") { Description = "Threads; by default as many as the cores this process may use. The files do not depend on it.", HelpName = "N" };
        Option<bool> verify = new("--verify") { Description = "Read shards again, compare all checksums, and samples with --source." };
        Option<string?> source = SharedOptions.Text("--source", "SOURCE", "With --verify: what was packed; equality of coefficients, or of bytes, is looked at.");
        Option<string> samples = new("--samples") { Description = "With --source: how many samples are compared with it, spread over all.", HelpName = "N|all", DefaultValueFactory = _ => "1000" };
        Option<bool> json = SharedOptions.Json("the result"), quiet = SharedOptions.Quiet();
        var command = new Verb("pack", """
            Packs a data set into shards: a folder with an index and large payload files, whose samples a crop reads in part and
            decodes several times as fast, pixel for pixel the original's. Ended at any moment, the same command goes on. With
            --verify it reads shards again; the exit code is 1 where something is wrong.
            """,
            "pack train.tar shards/train --payload coefficients",
            "pack train/ small/ --payload indexed --max-side 512 --quality 90",
            "pack --verify shards/train --source train.tar --samples all")
        { first, second, payload, shardSize, maxSide, quality, workers, verify, source, samples, json, quiet };
        command.SetAction(parsed =>
        {
            int threads = WorkSession.Workers(parsed.GetValue(workers));
            bool asJson = parsed.GetValue(json), silent = parsed.GetValue(quiet);
            string one = parsed.GetRequiredValue(first);
            string? two = parsed.GetValue(second);
            if (parsed.GetValue(verify))
            {
                if (((Option[])[payload, shardSize, maxSide, quality]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } unread)
                {
                    throw new UserErrorException($"{unread.Name} has no meaning with --verify, which looks at shards as they are; leave it out");
                }

                // 'pack SOURCE DEST --verify' means what it says, too.
                string? original = parsed.GetValue(source) ?? (two is null ? null : one);
                return Verify(output, two ?? one, original, Samples(parsed.GetRequiredValue(samples)), threads, asJson, silent);
            }

            if (parsed.GetValue(source) is not null)
            {
                throw new UserErrorException("--source belongs to --verify; the source to pack is the first word");
            }

            string dest = two ?? throw new UserErrorException("DEST is missing: the folder to pack into");
            if (Directory.Exists(one) && IsInside(dest, one))
            {
                throw new UserErrorException($"{dest}: lies in the folder that is packed, {one}, whose next reader would take it for a class; name a folder elsewhere");
            }

            return Pack(output, one, dest, Options(parsed, payload, shardSize, maxSide, quality), threads, asJson, silent);
        });
        return command;
    }

    private static bool IsInside(string path, string folder)
    {
        string relative = Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(path));
        return relative != "." && !Path.IsPathRooted(relative) && relative.Split(Path.DirectorySeparatorChar)[0] != "..";
    }

    private static int Pack(CommandOutput output, string from, string to, PackOptions options, int workers, bool json, bool quiet) =>
        WorkSession.Run(output, "packed", quiet, $"the same command goes on with {to}", to, (display, stop) =>
        {
            using ISampleSource source = SampleSources.Open(from, NullLogger.Instance);
            PackResult result = ShardPacker.Pack(source, to, options, workers, display.Show, stop);
            display.Dispose();
            FaultLines.Write(output.Error, result);
            output.Out.WriteLine(json ? JsonSerializer.Serialize(result, CommandJson.Default.PackResult) : Printable.Text(Text(result)));
            return ExitCodes.Success;
        });

    private static int Verify(CommandOutput output, string shards, string? original, long samples, int workers, bool json, bool quiet) =>
        WorkSession.Run(output, "verified", quiet, "nothing was changed", null, (display, stop) =>
        {
            using ISampleSource? source = original is null ? null : SampleSources.Open(original, NullLogger.Instance);
            VerifyResult result = ShardVerifier.Verify(shards, source, samples, workers, display.Show, stop);
            display.Dispose();
            FaultLines.Write(output.Error, result.Faults);
            if (json)
            {
                output.Out.WriteLine(JsonSerializer.Serialize(result, CommandJson.Default.VerifyResult));
            }
            else
            {
                string compared = source is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {result.Compared} compared with {original}");
                string notRead = result.NotRead > 0 ? $", {Counted.Of(result.NotRead, "sample")} not read" : "";
                string end = result.Sound ? "all is sound" : Counted.Of(result.Faults.Count, "fault");
                output.Out.WriteLine(Printable.Text(string.Create(CultureInfo.InvariantCulture,
                    $"{shards}: {Counted.Of(result.Samples, "sample")} read, {result.Bytes / 1e6:F1} MB{compared}{notRead}: {end}")));
            }

            return result.Sound ? ExitCodes.Success : ExitCodes.Failure;
        });

    private static PackOptions Options(ParseResult parsed, Option<string> payload, Option<string> shardSize, Option<int?> maxSide, Option<int?> quality)
    {
        string kind = parsed.GetRequiredValue(payload), size = parsed.GetRequiredValue(shardSize);
        if (!ByteSize.TryParse(size, out ByteSize bytes) || bytes.Bytes < LeastShard)
        {
            throw new UserErrorException($"--shard-size: '{size}' is no size of at least {new ByteSize(LeastShard)}; write 1GiB, 256MiB or the like ({string.Join(", ", ByteSize.Units)})");
        }

        return new PackOptions
        {
            Payload = ShardText.Payload(kind) ?? throw new UserErrorException($"--payload: there is no '{kind}'; take {string.Join(", ", ShardText.Payloads)}"),
            ShardSize = bytes.Bytes,
            MaxSide = InRange("--max-side", parsed.GetValue(maxSide), 16, 65500),
            Quality = InRange("--quality", parsed.GetValue(quality), 1, 100),
        };
    }

    private static int? InRange(string name, int? value, int least, int most) =>
        value is { } number && (number < least || number > most)
            ? throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{name}: {number} is not {least} to {most}"))
            : value;

    private static long Samples(string text) =>
        text == "all" ? long.MaxValue
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new UserErrorException($"--samples: '{text}' is neither a number nor 'all'");

    private static string Text(PackResult result)
    {
        string kinds = string.Join(", ", result.Kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Value} {kind.Key}")));
        string unreadable = result.Unreadable > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Unreadable} of them no image that can be read") : "";
        string resumed = result.Resumed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Resumed} of them before") : "";
        double ratio = result.SourceBytes == 0 ? 0 : result.Bytes / (double)result.SourceBytes;
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Path}: {Counted.Of(result.Samples, "sample")} of {Counted.Of(result.Classes, "class", "classes")} ({kinds}{unreadable}{resumed}) in {Counted.Of(result.Files, "file")}, {result.Bytes / 1e6:F1} MB, {ratio:F3} of the source's bytes");
    }
}
