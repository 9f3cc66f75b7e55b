using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>Against Pillow itself, where Debian's is installed: all filters, fractional boxes, any size.</summary>
public sealed class PillowResizeTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void EveryResizeIsPillows()
    {
        Assert.SkipUnless(HasPillow(), $"{Python} has no Pillow (apt install python3-pil)");
        using Process pillow = Start(Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Transforms", "pillow_resize.py"));
        var seen = new HashSet<Interpolation>();
        ResizeRequest.Any.Sample(
            drawn =>
            {
                ResizeRequest request = drawn with { Window = new CropBox(0, 0, drawn.Target.Width, drawn.Target.Height), Flip = false };
                Assert.Equal(Ask(pillow, request), Decoding.Pixels.Hash(request.Resized(VectorLevel.Current)));
                seen.Add(request.Filter);
            },
            iter: 600, threads: 1);
        Assert.Equal(6, seen.Count);
        pillow.StandardInput.Close();
        Assert.True(pillow.WaitForExit(TimeSpan.FromSeconds(20)));
    }

    private static string? Ask(Process pillow, ResizeRequest request)
    {
        ResampleBox box = request.Box;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{request.Source.Width} {request.Source.Height} {request.Target.Width} {request.Target.Height} {request.Filter} {box.Left:G9} {box.Top:G9} {box.Right:G9} {box.Bottom:G9}\n");
        Stream input = pillow.StandardInput.BaseStream;
        input.Write(Encoding.ASCII.GetBytes(line));
        input.Write(request.Pixels());
        input.Flush();
        return pillow.StandardOutput.ReadLine();
    }

    private static bool HasPillow()
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using Process check = Start("-c", "import PIL");
        check.WaitForExit();
        return check.ExitCode == 0;
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = arguments[0] == "-c" };
        return Process.Start(start)!;
    }
}
