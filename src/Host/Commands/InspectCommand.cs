using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Commands;

/// <summary><c>inspect SHARD|IMAGE</c>: headers, segments, sizes.</summary>
internal static class InspectCommand
{
    private const int MostParts = 40;

    public static Command Create(CommandOutput output)
    {
        Argument<string> what = SharedOptions.Argument<string>("SHARD|IMAGE", "A folder of shards, or an image file.");
        Option<long?> sample = new("--sample") { Description = "Look at this sample of the shards, counted from 0.", HelpName = "N" };
        Option<string?> crop = SharedOptions.Text("--crop", "TOP,LEFT,HEIGHT,WIDTH", "Tell what must be read for this box of pixels.");
        Option<bool> json = SharedOptions.Json("what there is to know");
        var command = new Verb("inspect", """
            Shows what is in shards, in a sample of them, or in an image file: headers, segments, sizes, and how many bytes a crop
            reads.
            """,
            "inspect shards/train",
            "inspect shards/train --sample 7 --crop 10,20,224,224 --json",
            "inspect cat.jpg")
        { what, sample, crop, json };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(what);
            CropBox? box = parsed.GetValue(crop) is { } text ? Box(text) : null;
            bool asJson = parsed.GetValue(json);
            if (!Path.Exists(path))
            {
                throw new UserErrorException($"{path}: no such file or folder");
            }

            if (!Directory.Exists(path) && !ShardSource.Is(path))
            {
                if (parsed.GetValue(sample) is not null)
                {
                    throw new UserErrorException($"--sample: {path} is one image; samples are of shards");
                }

                return Show(output, ShardInspector.Image(path, box), asJson);
            }

            if (parsed.GetValue(sample) is { } number)
            {
                return Show(output, ShardInspector.Sample(path, number, box), asJson);
            }

            if (box is not null)
            {
                throw new UserErrorException("--crop is of a sample; name it with --sample N");
            }

            return Show(output, ShardInspector.Pack(path), asJson);
        });
        return command;
    }

    private static int Show(CommandOutput output, PackInspection pack, bool json)
    {
        FaultLines.Write(output.Error, pack.Content);
        if (json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(pack, CommandJson.Default.PackInspection));
            return ExitCodes.Success;
        }

        void Line(string name, FormattableString value) => output.Out.WriteLine(Printable.Text($"{name,-14}{value.ToString(CultureInfo.InvariantCulture)}"));
        PackResult content = pack.Content;
        Line("shards", $"{pack.Path}, format {pack.Format}{(pack.Lossy ? ", lossy" : "")}");
        Line("made with", $"{pack.Options}");
        Line("samples", $"{content.Samples} of {Counted.Of(content.Classes, "class", "classes")}{(content.Unreadable > 0 ? $", {content.Unreadable} of them no image that can be read" : "")}");
        Line("payloads", $"{string.Join(", ", content.Kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Value} {kind.Key}")))}");
        Line("bytes", $"{content.Bytes}, {(content.SourceBytes == 0 ? 0 : content.Bytes / (double)content.SourceBytes):F4} of the source's {content.SourceBytes}");
        Line("index", $"{pack.IndexBytes} bytes, {Counted.Of(pack.TableSets, "set")} of codes");
        foreach (PackFile file in pack.Files)
        {
            Line("file", $"{file.Name}  {file.Bytes,12} bytes  samples {file.First} to {file.First + file.Samples - 1}");
        }

        return ExitCodes.Success;
    }

    private static int Show(CommandOutput output, SampleInspection sample, bool json)
    {
        if (json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(sample, CommandJson.Default.SampleInspection));
            return ExitCodes.Success;
        }

        void Line(string name, FormattableString value) => output.Out.WriteLine(Printable.Text($"{name,-14}{value.ToString(CultureInfo.InvariantCulture)}"));
        Line(sample.Sample is null ? "image" : "sample", $"{(sample.Sample is { } number ? $"{number}, " : "")}{sample.Name}{(sample.Class is { } label ? $" of class {label}" : "")}");
        Line("kind", $"{sample.Kind}{(sample.Sampling.Length > 0 ? $", {sample.Sampling}" : "")}{(sample.GroupMcus is { } mcus ? $", groups of {mcus} MCUs" : "")}");
        Line("pixels", $"{sample.Width} x {sample.Height}{(sample.Orientation > 1 ? $", EXIF orientation {sample.Orientation}" : "")}");
        Line("bytes", $"{sample.Bytes}{(sample.SourceBytes is { } source ? $", {source} in the source" : "")}");
        if (sample.File is { } file)
        {
            Line("place", $"{file}, from byte {sample.Offset} on");
        }

        if (sample.Crop is { } crop)
        {
            Line("crop", $"top {crop.Top}, left {crop.Left}, {Counted.Of(crop.Height, "row")} of {crop.Width}: {Counted.Of(sample.BytesRead, "byte")} in {Counted.Of(crop.Ranges, "range")}, {100.0 * sample.BytesRead / Math.Max(1, sample.Bytes):F1} %");
        }

        foreach (SamplePart part in sample.Parts.Take(MostParts))
        {
            Line("", $"{part.Name,-12}  {part.Offset,9} + {part.Bytes}");
        }

        if (sample.Parts.Count > MostParts)
        {
            Line("", $"and {sample.Parts.Count - MostParts} more (--json shows all)");
        }

        return ExitCodes.Success;
    }

    private static CropBox Box(string text)
    {
        string[] parts = text.Split(',');
        var numbers = new int[4];
        bool right = parts.Length == 4;
        for (int i = 0; right && i < 4; i++)
        {
            right = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
        }

        return right
            ? new CropBox(Left: numbers[1], Top: numbers[0], Width: numbers[3], Height: numbers[2])
            : throw new UserErrorException($"--crop: '{text}' is not TOP,LEFT,HEIGHT,WIDTH in pixels, as 10,20,224,224");
    }
}
