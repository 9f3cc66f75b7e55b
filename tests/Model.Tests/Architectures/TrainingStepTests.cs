using System.Globalization;
using System.Diagnostics;
using System.Runtime.InteropServices;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Architectures;

/// <summary>Every architecture learns, in each arithmetic, and leaves nothing behind.</summary>
public sealed partial class TrainingStepTests
{
    private const int Batch = 4, Side = 64, Steps = 3, Turns = 4;

    /// <summary>Networks of more parameters take long to fill; of them some run with each commit, by turns.</summary>
    private const long Quick = 12_000_000;

    /// <summary>What one run may leave in allocators and caches of compiled kernels.</summary>
    private const long Slack = 192L << 20;

    /// <summary>Fifty blocks deep, and none that starts as nothing: its first steps are finite, and steep.</summary>
    private static readonly HashSet<string> s_steep = ["legacy_senet154"];

    public static TheoryData<string> Names => [.. ModelRegistry.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void ThreeStepsOnPhotographsLowerTheLossAndLeaveNothing(string name)
    {
        Assert.SkipUnless(Rotation.Takes(name, Turns) || Parameters(name) <= Quick, "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        using Tensor images = RealImages.Batch(Batch, Side), labels = tensor(new long[] { 0, 1, 2, 3 });
        // TorchSharp counts one tensor too many for each Parameter that is made, whatever becomes of it: making a model tells how many.
        (long start, _) = Level();
        Make(name).Dispose();
        long miscounted = Level().Tensors - start;
        Train(name, images, labels, null);
        (long tensors, long memory) = Level();
        Assert.Equal(start + 2 * miscounted, tensors);
        Train(name, images, labels, TorchRuntime.CpuComputesBf16 ? ScalarType.BFloat16 : null);
        (long tensorsAfter, long memoryAfter) = Level();
        Assert.Equal(tensors + miscounted, tensorsAfter);
        Assert.True(memoryAfter <= memory + Slack, $"{(memoryAfter - memory) >> 20} MiB more than before");
    }

    private static void Train(string name, Tensor images, Tensor labels, ScalarType? narrow)
    {
        using var scope = NewDisposeScope();
        using ImageClassifier model = Make(name);
        FreshWeights.Fill(model, 7);
        (model as IDataInitialized)?.Initialize(images);
        using var flat = new FlatState(model);
        model.train();
        var losses = new List<float>();
        for (int step = 0; step <= Steps; step++)
        {
            using var inner = NewDisposeScope();
            using Generator generator = random.manual_seed(step);
            flat.ZeroGradients();
            Tensor loss;
            using (narrow is { } type ? new Autocast(DeviceType.CPU, type) : null)
            {
                loss = nn.functional.cross_entropy(model.forward(images), labels);
            }

            losses.Add(loss.item<float>());
            loss.backward();
            Assert.True(double.IsFinite(flat.NormOf(flat.Gradients)), name);
            using (no_grad())
            {
                // A step of fixed length along the gradient: it suits any network.
                flat.Values.add_(flat.Gradients, alpha: -0.01 / Math.Max(1, flat.NormOf(flat.Gradients)));
            }
        }

        Assert.All(losses, loss => Assert.True(float.IsFinite(loss)));
        Assert.True(losses.Skip(1).Min() < losses[0] || s_steep.Contains(name), $"{name} {narrow}: {string.Join(", ", losses)}");
    }

    private static ImageClassifier Make(string name) => ModelRegistry.CreateUnfilled(new ModelOptions { Name = name, InputSize = Side, DropPath = 0.01 }, 10);

    private static long Parameters(string name)
    {
        using ImageClassifier model = Make(name);
        return model.named_parameters().Sum(entry => entry.parameter.numel());
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint kept);

    /// <summary>Native tensors and resident memory, when everything that is waiting to be given back has been.</summary>
    private static (long Tensors, long Memory) Level()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (OperatingSystem.IsLinux())
        {
            // glibc keeps what was freed; that is no leak.
            _ = TrimHeap(0);
        }

        return (Tensor.TotalCount, Memory());
    }

    /// <summary>Bytes of the process's own. The working set would count what of files happens to be mapped, and miss what is swapped out.</summary>
    private static long Memory()
    {
        if (!OperatingSystem.IsLinux())
        {
            using Process process = Process.GetCurrentProcess();
            return process.PrivateMemorySize64;
        }

        return File.ReadLines("/proc/self/status")
            .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("VmSwap:", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
    }
}
