using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;

namespace StreamTrainer.Host.Doctor;

/// <summary>What training needs, tried.</summary>
internal static class DoctorChecks
{
    private const long LittleSpace = 2L << 30;

    /// <summary>Every check; the first is whether libtorch starts at all.</summary>
    public static IReadOnlyList<DoctorCheck> Run(string runs)
    {
        DoctorCheck torch = Guarded("libtorch starts", Tensor, "the native libraries beside the program are missing or do not fit this system; build again, or see docs/deployment.md");
        return
        [
            torch,
            torch.State == CheckState.Ok ? Guarded("convolutions", Convolution, "libtorch's convolutions crash on this processor; please report it with this output") : torch with { Name = "convolutions" },
            Guarded("image decoding", Decoding, "libvips beside the program is missing or does not fit this system; build again"),
            Guarded("runs folder", () => Writing(runs), $"'{runs}' must be a folder that can be written; choose another with --runs"),
            Guarded("cache folder", () => Cache(DataCache.Root), $"set {DataCache.Variable} to a folder that can be written; without one, indexes are made anew at every start and the demo cannot draw its images") is { State: CheckState.Failed } failed
                ? failed with { State = CheckState.Warning } : Guarded("cache folder", () => Cache(DataCache.Root), ""),
        ];
    }

    /// <summary>Versions by name; libtorch's only where it starts.</summary>
    public static IReadOnlyDictionary<string, string> Libraries(bool torch)
    {
        var result = new Dictionary<string, string> { ["TorchSharp"] = TorchRuntime.TorchSharpVersion };
        if (torch)
        {
            result["libtorch"] = TorchRuntime.LibtorchVersion;
        }

        try
        {
            result["libvips"] = VipsRuntime.Version;
            result["libjpeg"] = VipsRuntime.JpegLibrary;
        }
        catch (Exception error) when (error is Pipeline.UserErrorException or DllNotFoundException)
        {
            result["libvips"] = "does not start";
        }

        return result;
    }

    /// <summary>Devices that <c>train.device</c> can name.</summary>
    public static IReadOnlyList<string> Devices() =>
        ["cpu", .. torch.cuda.is_available() ? Enumerable.Range(0, torch.cuda.device_count()).Select(index => $"cuda:{index}") : []];

    private static DoctorCheck Guarded(string name, Func<DoctorCheck> check, string advice)
    {
        try
        {
            return check() with { Name = name };
        }
        catch (Exception error)
        {
            return new DoctorCheck(name, CheckState.Failed, error.Message, advice);
        }
    }

    private static DoctorCheck Ok(string seen) => new("", CheckState.Ok, seen);

    private static DoctorCheck Tensor()
    {
        using torch.Tensor sum = torch.ones(3) + 1;
        return sum.sum().item<float>() == 6 ? Ok("a sum is right") : throw new InvalidOperationException("a sum is wrong");
    }

    /// <summary>In a process of its own: the fault that is looked for ends it.</summary>
    private static DoctorCheck Convolution()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [.. Environment.GetCommandLineArgs()[0].EndsWith(".dll", StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? (string[])[Environment.GetCommandLineArgs()[0]] : [], "doctor", "--probe", ConvolutionProbe.Name];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Ok(output.Trim())
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"a training step of ResNet-50 ended with exit code {process.ExitCode}"));
    }

    private static DoctorCheck Decoding()
    {
        using NetVips.Image picture = NetVips.Image.Black(24, 16, 3) + new double[] { 200, 100, 50 };
        byte[] jpeg = picture.Cast(NetVips.Enums.BandFormat.Uchar).Copy(interpretation: NetVips.Enums.Interpretation.Srgb).JpegsaveBuffer(q: 95);
        using var sample = new EncodedSample();
        jpeg.CopyTo(sample.Reserve(jpeg.Length));
        using var decoder = new SampleDecoder(exifOrientation: false);
        ImageSize size = decoder.Open(sample);
        decoder.Close();
        return size == new ImageSize(24, 16) ? Ok("a JPEG is decoded") : throw new InvalidOperationException($"a JPEG of 24 x 16 was read as {size}");
    }

    private static DoctorCheck Writing(string runs)
    {
        bool made = !Directory.Exists(runs);
        Directory.CreateDirectory(runs);
        string file = Path.Combine(runs, $".doctor-{Environment.ProcessId}");
        try
        {
            AtomicFile.Write(file, "doctor"u8);
        }
        finally
        {
            File.Delete(file);
        }

        long free = new DriveInfo(Path.GetFullPath(runs)).AvailableFreeSpace;
        if (made)
        {
            Directory.Delete(runs);
        }

        string seen = string.Create(CultureInfo.InvariantCulture, $"'{runs}' can be written, {free / (double)(1 << 30):F1} GiB free");
        return free >= LittleSpace ? Ok(seen) : new DoctorCheck("", CheckState.Warning, seen, "little room for checkpoints: a ResNet-50's is 300 MB");
    }

    private static DoctorCheck Cache(string folder)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
        File.WriteAllText(file, "");
        File.Delete(file);
        return Ok($"'{folder}' can be written");
    }
}
