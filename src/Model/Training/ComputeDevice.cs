using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>Where a run computes and in which arithmetic: resolved once, before anything is built.</summary>
public sealed record ComputeDevice
{
    private ComputeDevice(Device device, int threads, PrecisionMode precision)
    {
        Device = device;
        Threads = threads;
        Precision = precision;
    }

    /// <summary>libtorch's device.</summary>
    public Device Device { get; }

    /// <summary>Compute threads on the CPU.</summary>
    public int Threads { get; }

    /// <summary>The arithmetic, no longer auto.</summary>
    public PrecisionMode Precision { get; }

    /// <summary>The arithmetic's name.</summary>
    public string PrecisionName => Precisions.Name(Precision);

    /// <summary>Resolves the recipe's wishes and sets libtorch's threads.</summary>
    /// <exception cref="UserErrorException">There is no such device.</exception>
    /// <param name="options">The wishes.</param>
    /// <param name="logger">Told what is peculiar.</param>
    /// <param name="local">The process's number on its host: where no device is wished for it takes the GPU of this number.</param>
    public static ComputeDevice Resolve(TrainOptions options, ILogger logger, int local = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        Device device = Parse(options.Device, local);
        int threads = options.Threads ?? Environment.ProcessorCount;
        TorchRuntime.Initialize(threads);
        foreach (string remedy in TorchRuntime.Remedies)
        {
            TrainingLog.RemedyApplied(logger, remedy);
        }

        bool computesBf16 = device.type == DeviceType.CPU ? TorchRuntime.CpuComputesBf16 : TorchRuntime.CudaComputesBf16(device.index);
        PrecisionMode precision = Precisions.Resolve(options.Precision, computesBf16);
        if (precision == PrecisionMode.Bf16 && !computesBf16)
        {
            TrainingLog.EmulatedBf16(logger);
        }

        if (precision == PrecisionMode.Tf32 && device.type == DeviceType.CPU)
        {
            throw new UserErrorException("train.precision: tf32 is for CUDA devices, and this run computes on the CPU; write auto, fp32 or bf16");
        }

        if (device.type == DeviceType.CUDA)
        {
            // libtorch allows it to convolutions unasked; fp32 is to mean fp32.
            bool tf32 = precision != PrecisionMode.Fp32;
            backends.cuda.matmul.allow_tf32 = tf32;
            backends.cudnn.allow_tf32 = tf32;
        }

        return new ComputeDevice(device, threads, precision);
    }

    /// <summary>Autocast for a forward pass, in the arithmetic of the run; to be disposed on the same thread.</summary>
    public IDisposable? Autocast() => Precision switch
    {
        PrecisionMode.Bf16 => new Autocast(Device.type, ScalarType.BFloat16),
        PrecisionMode.Fp16 => new Autocast(Device.type, ScalarType.Float16),
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Device.type == DeviceType.CPU
        ? $"cpu, {Counted.Of(Threads, "thread")}"
        : Device.ToString();

    private static Device Parse(string? wish, int local)
    {
        if (wish is null)
        {
            // With its number: libtorch's "cuda" without one has none to ask the driver about.
            return cuda.is_available() ? device(DeviceType.CUDA, local % cuda.device_count()) : CPU;
        }

        string[] parts = wish.Split(':');
        if (parts is ["cpu"])
        {
            return CPU;
        }

        int index = 0;
        if (parts is not (["cuda"] or ["cuda", _]) || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw new UserErrorException($"train.device: '{wish}' is no device; write cpu, cuda or cuda:N");
        }

        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (index >= count)
        {
            throw new UserErrorException(count == 0
                ? $"train.device: '{wish}' is not there: this build or this machine has no CUDA device; take cpu, or build with -p:Accelerator=cuda (docs/deployment.md)"
                : $"train.device: '{wish}' is not there: this machine has cuda:0 to cuda:{count - 1}");
        }

        return device(DeviceType.CUDA, index);
    }
}
