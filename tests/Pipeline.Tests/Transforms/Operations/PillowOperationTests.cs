using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms.Operations;

/// <summary>Operations against Pillow itself, on made images of many sizes: what the golden vectors' two photographs cannot show.</summary>
public sealed class PillowOperationTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly ImageSize[] s_sizes = [new(3, 3), new(5, 40), new(64, 31), new(97, 97), new(224, 224)];

    [Fact]
    public async Task PixelsArePillows()
    {
        Assert.SkipUnless(HasPillow(), $"{Python} or its package python3-pil is missing");
        string folder = Directory.CreateTempSubdirectory("streamtrainer-pillow-").FullName;
        try
        {
            List<(string Line, string Hash)> cases = [];
            int number = 0;
            foreach (string name in PixelOperations.Names)
            {
                // Which values stretching makes of a range is a matter of rounding: many ranges.
                foreach (ImageSize size in name is "AutoContrast" or "Equalize" ? [.. s_sizes, .. Enumerable.Repeat(new ImageSize(40, 20), 60)] : s_sizes)
                {
                    foreach (bool bicubic in (bool[])[false, true])
                    {
                        var random = new Random(++number);
                        var made = new OperationCase(name, size.Width, size.Height, 10 * random.NextDouble(), random.Next(2) == 0, bicubic, number * 997, number % 5 < 3 ? number % 5 : 3);
                        byte[] image = made.Image();
                        OperationCall call = made.Call(size);
                        string file = Path.Combine(folder, $"{number}.rgb");
                        await File.WriteAllBytesAsync(file, image, TestContext.Current.CancellationToken);
                        AugmentGolden.Apply(image, size, VectorLevel.Current, AugmentGolden.Fill, call);
                        string argument = call.Argument.ToString("R", CultureInfo.InvariantCulture);
                        cases.Add(($"{file} {size.Width} {size.Height} {name} {argument} {(bicubic ? "bicubic" : "bilinear")}", Convert.ToHexStringLower(SHA256.HashData(image))));
                    }
                }
            }

            string[] theirs = await Ask(string.Join('\n', cases.Select(each => each.Line)));
            Assert.Equal(cases.Count, theirs.Length);
            Assert.All(cases.Zip(theirs), pair => Assert.True(pair.First.Hash == pair.Second, pair.First.Line));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The peer of the measurements names its operations as we do.</summary>
    private static async Task<string[]> Ask(string lines)
    {
        const string Script = """
            import hashlib, sys
            from PIL import Image
            import timm_ops
            for line in sys.stdin:
                path, width, height, *words = line.split()
                image = Image.frombytes("RGB", (int(width), int(height)), open(path, "rb").read())
                print(hashlib.sha256(timm_ops.apply(image, timm_ops.parse(words)).tobytes()).hexdigest())
            """;
        using Process python = Start(Script);
        Task<string> output = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.StandardInput.WriteAsync(lines);
        python.StandardInput.Close();
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, python.ExitCode);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool HasPillow()
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using Process python = Start("import PIL");
        python.StandardInput.Close();
        python.WaitForExit();
        return python.ExitCode == 0;
    }

    private static Process Start(string script)
    {
        var start = new ProcessStartInfo(Python) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment["PYTHONPATH"] = Path.Combine(TestPaths.Repository, "perf", "peers");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start)!;
    }
}
