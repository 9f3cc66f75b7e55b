using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;
using TorchSharp;

namespace StreamTrainer.Host.Doctor;

/// <summary>What training needs, tried.</summary>
internal static class DoctorChecks
{
    private const long LittleSpace = 2L << 30, LittleMemory = 4L << 30;
    private const int Probe = 1 << 20;
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(2);

    /// <summary>Every check; the first is whether libtorch starts at all.</summary>
    public static IReadOnlyList<DoctorCheck> Run(string runs)
    {
        DoctorCheck torch = Guarded("libtorch starts", Tensor, "the native libraries beside the program are missing or do not fit this system; build again, or see docs/deployment.md");
        return
        [
            torch,
            torch.State == CheckState.Ok ? Guarded("convolutions", ConvolutionCheck.Run, ConvolutionCheck.Advice) : torch with { Name = "convolutions" },
            Guarded("image decoding", DecodeCheck.Run, "libvips beside the program is missing or does not fit this system; build again"),
            Memory(MachineFacts.Read()),
            Guarded("runs folder", () => Writing(runs), $"'{runs}' must be a folder that can be written; choose another with --runs"),
            Guarded("cache folder", () => Cache(DataCache.Root), $"set {DataCache.Variable} to a folder that can be written; without one, indexes are made anew at every start and the demo cannot draw its images", CheckState.Warning),
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
            result["libjpeg"] = JpegVersion.OfLoadedLibvips() ?? VipsRuntime.JpegLibrary;
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

    /// <summary>A check by its name; whatever a native library throws when it does not load is its finding.</summary>
    private static DoctorCheck Guarded(string name, Func<DoctorCheck> check, string advice, CheckState worst = CheckState.Failed)
    {
        try
        {
            return check() with { Name = name };
        }
        catch (Exception error)
        {
            Exception cause = error is TypeInitializationException { InnerException: { } inner } ? inner : error;
            return new DoctorCheck(name, worst, cause.Message.Trim().Split('\n')[0], advice);
        }
    }

    private static DoctorCheck Ok(string seen) => new("", CheckState.Ok, seen);

    private static DoctorCheck Tensor()
    {
        using torch.Tensor ones = torch.ones(3), sum = ones.sum();
        return sum.item<float>() == 3 ? Ok("a sum is right") : throw new InvalidOperationException("a sum is wrong");
    }

    /// <summary>Memory for a network and its batches.</summary>
    internal static DoctorCheck Memory(MachineFacts machine)
    {
        long usable = Math.Min(machine.AvailableMemoryBytes, machine.CgroupMemoryBytes ?? long.MaxValue);
        string seen = string.Create(CultureInfo.InvariantCulture, $"{usable / (double)(1 << 30):F1} GiB can be used");
        return usable >= LittleMemory
            ? Ok(seen) with { Name = "memory" }
            : new DoctorCheck("memory", CheckState.Warning, seen, "ResNet-50 wants 4 GiB and more: take small batches (train.batchSize, data.ringMemory), or raise the limit");
    }

    private static DoctorCheck Writing(string runs)
    {
        bool made = !Directory.Exists(runs);
        Directory.CreateDirectory(runs);
        string file = Path.Combine(runs, $".doctor-{Environment.ProcessId}");
        TimeSpan took;
        try
        {
            long start = Stopwatch.GetTimestamp();
            AtomicFile.Write(file, new byte[Probe]);
            took = Stopwatch.GetElapsedTime(start);
        }
        finally
        {
            File.Delete(file);
        }

        long free = new DriveInfo(Path.GetFullPath(runs)).AvailableFreeSpace;
        if (made)
        {
            try
            {
                Directory.Delete(runs);
            }
            catch (IOException)
            {
                // Someone has begun a run in it meanwhile.
            }
        }

        string seen = string.Create(CultureInfo.InvariantCulture,
            $"'{runs}' can be written (1 MiB, flushed and renamed, in {took.TotalMilliseconds:F0} ms), {free / (double)(1 << 30):F1} GiB free");
        return (free < LittleSpace, took > s_slow) switch
        {
            (true, _) => new DoctorCheck("", CheckState.Warning, seen, "little room for checkpoints: a ResNet-50's is 300 MB"),
            (_, true) => new DoctorCheck("", CheckState.Warning, seen, "a slow disk holds up training at every checkpoint: choose another with --runs, or save more rarely"),
            _ => Ok(seen),
        };
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
