using System.Diagnostics;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>libjpeg-turbo's programs (Debian's libjpeg-turbo-progs): the reference, and makers of files.</summary>
internal static class Tools
{
    /// <summary>Skips the test where a program is missing.</summary>
    public static void Need(string program) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))),
        $"{program} is missing (apt install libjpeg-turbo-progs)");

    /// <summary>Runs a program on bytes.</summary>
    /// <returns>What it writes; none where it fails.</returns>
    public static byte[]? Run(string program, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task write = Task.Run(() =>
        {
            try
            {
                process.StandardInput.BaseStream.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It stopped reading: its exit code tells.
            }
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        write.Wait();
        _ = errors.Result;
        return process.ExitCode == 0 ? output.ToArray() : null;
    }

    /// <summary>A JPEG's pixels as libjpeg-turbo makes them by default: ISLOW, fancy upsampling; packed RGB.</summary>
    public static byte[]? Djpeg(byte[] jpeg) => Run("djpeg", jpeg, "-dct", "int", "-rgb", "-pnm") is { } ppm ? Rgb(ppm) : null;

    /// <summary>The pixels of a PPM or PGM.</summary>
    private static byte[] Rgb(byte[] pnm)
    {
        int at = 0;
        for (int lines = 0; lines < 3; lines++)
        {
            at += pnm.AsSpan(at).IndexOf((byte)'\n') + 1;
        }

        return pnm[1] == '6' ? pnm[at..] : [.. pnm[at..].SelectMany(grey => (byte[])[grey, grey, grey])];
    }
}
