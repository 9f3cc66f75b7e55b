using System.Diagnostics;
using System.Runtime.InteropServices;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>libjpeg-turbo's own coefficients, by a small C program that is built where gcc and libjpeg's headers are.</summary>
public sealed class LibjpegReference : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-libjpeg-").FullName;
    private readonly Process? _process;

    public LibjpegReference()
    {
        string program = Path.Combine(_folder, "coefficients");
        string source = Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Decoding", "Jpeg", "coefficients.c");
        if (JpegTools.Run("gcc", [], "-O2", "-o", program, source, "-ljpeg") is not null)
        {
            _process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true });
        }
    }

    /// <summary>What a plane of an image is: <c>[Down, Across, 64]</c>.</summary>
    public sealed record Plane(int Across, int Down, short[] Coefficients);

    /// <summary>Skips the test where there is no reference.</summary>
    public void Need() => Assert.SkipWhen(_process is null, "gcc or libjpeg62-turbo-dev is missing");

    /// <summary>An image's planes; null where libjpeg gives up. Warnings count what it puts up with.</summary>
    public Plane[]? Read(ReadOnlySpan<byte> jpeg, out int warnings)
    {
        Stream input = _process!.StandardInput.BaseStream, output = _process.StandardOutput.BaseStream;
        input.Write(MemoryMarshal.AsBytes((ReadOnlySpan<int>)[jpeg.Length]));
        input.Write(jpeg);
        input.Flush();
        int components = Int(output);
        warnings = Int(output);
        if (components < 0)
        {
            return null;
        }

        var planes = new Plane[components];
        for (int c = 0; c < components; c++)
        {
            int across = Int(output), down = Int(output);
            var coefficients = new short[across * down * 64];
            output.ReadExactly(MemoryMarshal.AsBytes(coefficients.AsSpan()));
            planes[c] = new Plane(across, down, coefficients);
        }

        return planes;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int Int(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        stream.ReadExactly(bytes);
        return MemoryMarshal.Read<int>(bytes);
    }
}
