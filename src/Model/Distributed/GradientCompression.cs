namespace StreamTrainer.Model.Distributed;

/// <summary>What gradients are sent as; sums of them are rounded likewise.</summary>
public enum GradientCompression
{
    /// <summary>As they are, fp32.</summary>
    None,

    /// <summary>Half the bytes, 11 bits of precision, up to 65504.</summary>
    Fp16,

    /// <summary>Half the bytes, 8 bits of precision, fp32's range.</summary>
    Bf16,
}
