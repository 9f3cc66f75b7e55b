using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Precision;

/// <summary>Which arithmetic a run takes.</summary>
public static class Precisions
{
    /// <summary>Resolves the wish.</summary>
    /// <param name="wish">What the recipe says.</param>
    /// <param name="computesBf16">Whether the device computes bf16; where it does not, it is emulated, slower than fp32.</param>
    /// <returns>The arithmetic, no longer auto.</returns>
    /// <exception cref="UserErrorException">Autocast is wished for, and this system's libtorch cannot be told to.</exception>
    public static PrecisionMode Resolve(PrecisionMode wish, bool computesBf16) => Resolve(wish, computesBf16, NativeAutocast.IsAvailable);

    internal static PrecisionMode Resolve(PrecisionMode wish, bool computesBf16, bool autocast) => wish switch
    {
        PrecisionMode.Auto => computesBf16 && autocast ? PrecisionMode.Bf16 : PrecisionMode.Fp32,
        PrecisionMode.Bf16 or PrecisionMode.Fp16 when !autocast => throw new UserErrorException($"train.precision: {Name(wish)} needs libtorch's autocast, which cannot be reached on this system; write auto or fp32"),
        _ => wish,
    };

    /// <summary>An arithmetic's name, as recipes and logs have it.</summary>
    public static string Name(PrecisionMode precision) => precision switch
    {
        PrecisionMode.Auto => "auto",
        PrecisionMode.Fp32 => "fp32",
        PrecisionMode.Tf32 => "tf32",
        PrecisionMode.Fp16 => "fp16",
        PrecisionMode.Bf16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no arithmetic"),
    };
}
