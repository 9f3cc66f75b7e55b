namespace StreamTrainer.Model.Distributed;

/// <summary>Numbers that ranks add up.</summary>
public enum NumberType
{
    /// <summary>Single precision, 4 bytes.</summary>
    Float32,

    /// <summary>Double precision, 8 bytes.</summary>
    Float64,

    /// <summary>IEEE half precision, 2 bytes.</summary>
    Float16,

    /// <summary>The upper half of a single-precision number, 2 bytes.</summary>
    BFloat16,
}
