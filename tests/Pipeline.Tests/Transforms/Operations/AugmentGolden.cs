using System.Text.Json;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Tests;

namespace StreamTrainer.Pipeline.Tests.Transforms.Operations;

/// <summary>The golden vectors of the augmentations, and how operations are run on them.</summary>
internal static class AugmentGolden
{
    private static readonly Lazy<(ImageSize Size, byte[] Rgb)[]> s_inputs = new(() =>
        [.. Rows("ops.json", "inputs").Select(name => Pixels.Decode(File.ReadAllBytes(TestPaths.GoldenFile("augment", name.GetString()!))))]);

    /// <summary>The fill of all cases.</summary>
    public static RgbColor Fill { get; } = OfFile();

    /// <summary>A list of a file; empty where the file is missing.</summary>
    public static JsonElement[] Rows(string file, string list = "cases") =>
        Root(file) is { } root ? [.. root.GetProperty(list).EnumerateArray()] : [];

    /// <summary>A file's document, none where it is missing.</summary>
    public static JsonElement? Root(string file)
    {
        string path = TestPaths.GoldenFile("augment", file);
        return File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)).RootElement : null;
    }

    /// <summary>The hash of an input's pixels after operations.</summary>
    public static string Hash(int input, VectorLevel level, params ReadOnlySpan<OperationCall> calls)
    {
        (ImageSize size, byte[] rgb) = s_inputs.Value[input];
        byte[] image = [.. rgb];
        Apply(image, size, level, Fill, calls);
        return Pixels.Hash(image);
    }

    /// <summary>Applies operations in place.</summary>
    public static unsafe void Apply(Span<byte> rgb, ImageSize size, VectorLevel level, RgbColor fill, params ReadOnlySpan<OperationCall> calls)
    {
        using var canvas = new PixelCanvas(level);
        fixed (byte* pixels = rgb)
        {
            canvas.Begin(pixels, size, fill);
            foreach (OperationCall call in calls)
            {
                call.Apply(canvas);
            }

            canvas.Flush();
        }
    }

    /// <summary>A number that may be missing, or none.</summary>
    public static double Number(JsonElement row, string name) =>
        row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    /// <summary>A filter that may be missing, or none.</summary>
    public static Interpolation Filter(JsonElement row) =>
        row.TryGetProperty("filter", out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? Enum.Parse<Interpolation>(value.GetString()!, ignoreCase: true)
            : Interpolation.Bilinear;

    private static RgbColor OfFile()
    {
        int[] fill = [.. Rows("ops.json", "fill_rgb").Select(value => value.GetInt32()), 0, 0, 0];
        return new RgbColor((byte)fill[0], (byte)fill[1], (byte)fill[2]);
    }
}
