using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>JPEGs of every kind, made by libjpeg-turbo's programs.</summary>
internal static class JpegTools
{
    private static readonly bool s_present = Run("jpegtran", [], "-version") is not null && Run("cjpeg", [], "-version") is not null;

    /// <summary>Skips the test where the programs are missing.</summary>
    public static void Need() => Assert.SkipUnless(s_present, "libjpeg-turbo-progs is missing");

    /// <summary>Encodes an image of noise over waves, so that coefficients of every size and long runs of zeros come.</summary>
    public static byte[] Encode(int width, int height, params string[] options) => Require("cjpeg", Image(width, height), options);

    /// <summary>Writes a JPEG anew without loss.</summary>
    public static byte[] Transcode(byte[] jpeg, params string[] options) => Require("jpegtran", jpeg, ["-copy", "all", .. options]);

    /// <summary>A file of several scans that are not progressive, by a script of jpegtran's.</summary>
    public static byte[] TranscodeByScript(byte[] jpeg, string script)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, script);
            return Transcode(jpeg, "-scans", path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>What a program writes for an input; null where it is missing or fails.</summary>
    public static byte[]? Run(string program, byte[] input, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var output = new MemoryStream();
            Task copying = process.StandardOutput.BaseStream.CopyToAsync(output);
            try
            {
                process.StandardInput.BaseStream.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It did not want its input; its exit code says the rest.
            }

            copying.Wait();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.ToArray() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static byte[] Require(string program, byte[] input, string[] options) =>
        Run(program, input, options) ?? throw new InvalidOperationException($"{program} {string.Join(' ', options)} failed");

    private static byte[] Image(int width, int height)
    {
        var random = new Random((width * 1000) + height);
        byte[] head = Encoding.ASCII.GetBytes($"P6 {width} {height} 255\n");
        var image = new byte[head.Length + (3 * width * height)];
        head.CopyTo(image, 0);
        for (int y = 0, at = head.Length; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                // A quiet left, a noisy right, some hard edges.
                double wave = 128 + (90 * Math.Sin((x * 0.07) + (y * 0.11))) + ((x / 13 % 5) == 0 ? 60 : 0);
                for (int c = 0; c < 3; c++)
                {
                    image[at++] = (byte)Math.Clamp(wave + (c * 20 * Math.Cos(x * 0.05)) + (random.Next(-60, 60) * (double)x / width), 0, 255);
                }
            }
        }

        return image;
    }
}
