namespace StreamTrainer.Model.Precision;

/// <summary>The arithmetic of forward and backward.</summary>
public enum PrecisionMode
{
    /// <summary>bf16 where the device computes it, fp32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floats throughout.</summary>
    Fp32,

    /// <summary>bfloat16 by autocast, with fp32 weights.</summary>
    Bf16,
}
