namespace StreamTrainer.Model.Precision;

/// <summary>Which arithmetic a run takes.</summary>
public static class Precisions
{
    /// <summary>Resolves the wish.</summary>
    /// <param name="wish">What the recipe says.</param>
    /// <param name="computesBf16">Whether the device computes bf16; where it does not, it is emulated, slower than fp32.</param>
    /// <returns>fp32 or bf16.</returns>
    public static PrecisionMode Resolve(PrecisionMode wish, bool computesBf16) => wish switch
    {
        PrecisionMode.Auto => computesBf16 ? PrecisionMode.Bf16 : PrecisionMode.Fp32,
        _ => wish,
    };
}
