using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Formats;

/// <summary>Formats, modes and damage, against Pillow's <c>convert("RGB")</c> of the same bytes.</summary>
public sealed class PillowFormatTests
{
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData(DecoderKind.Auto)]
    [InlineData(DecoderKind.Libvips)]
    public void PixelsArePillows(DecoderKind kind)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("streamtrainer-formats-");
        try
        {
            string[] lines = Make(folder.FullName);
            string[] differences = [.. lines.Select(line => line.Split(' ')).Select(fields => Difference(folder.FullName, fields, kind)).OfType<string>()];
            Assert.True(differences.Length == 0, string.Join('\n', differences));
            Assert.NotEmpty(lines);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Difference(string folder, string[] fields, DecoderKind kind)
    {
        string expected = string.Join(' ', fields[1..]), actual;
        try
        {
            (ImageSize size, byte[] rgb) = Pixels.Decode(File.ReadAllBytes(Path.Combine(folder, fields[0])), kind: kind);
            actual = $"{size.Width} {size.Height} {Pixels.Hash(rgb)}";
        }
        catch (BadSampleException error)
        {
            actual = "- - error";
            if (expected != actual)
            {
                return $"{fields[0]}: {error.Message}";
            }
        }

        return expected == actual ? null : $"{fields[0]}: {expected} expected, {actual}";
    }

    private static string[] Make(string folder)
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is missing");
        var start = new ProcessStartInfo(Python, [Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Decoding", "Formats", "pillow_formats.py"), folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(process.ExitCode != 0 && errors.Result.Contains("No module named 'PIL'", StringComparison.Ordinal), "Pillow is missing (apt install python3-pil)");
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
