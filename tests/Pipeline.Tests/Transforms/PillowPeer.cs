using System.Diagnostics;
using System.Text;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>A script beside the tests that answers with the hash of what Pillow makes of an image. One thread's.</summary>
internal sealed class PillowPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    /// <summary>Starts a script; the test is skipped where there is no Pillow.</summary>
    public PillowPeer(string script)
    {
        Assert.SkipUnless(File.Exists(Python) && HasPillow(), $"{Python} has no Pillow (apt install python3-pil)");
        _process = Start(Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Transforms", script));
    }

    /// <summary>Sends a line and an image; gives the answer.</summary>
    public string? Ask(string line, ReadOnlySpan<byte> image)
    {
        Stream input = _process.StandardInput.BaseStream;
        input.Write(Encoding.ASCII.GetBytes(line + '\n'));
        input.Write(image);
        input.Flush();
        return _process.StandardOutput.ReadLine();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }

    private static bool HasPillow()
    {
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
