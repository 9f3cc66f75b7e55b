namespace StreamTrainer.Model.Precision;

/// <summary>The arithmetic of forward and backward.</summary>
public enum PrecisionMode
{
    /// <summary>bf16 where the device computes it, fp32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floats throughout.</summary>
    Fp32,

    /// <summary>32-bit floats whose products are computed in TensorFloat-32, on CUDA devices that have it.</summary>
    Tf32,

    /// <summary>16-bit floats by autocast, with fp32 weights and dynamic loss scaling.</summary>
    Fp16,

    /// <summary>bfloat16 by autocast, with fp32 weights.</summary>
    Bf16,
}
