namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>
/// From timm's magnitude, 0 to 10 and more, to an operation's argument: the functions of timm's <c>auto_augment.py</c>, in the same
/// order of the same double-precision operations.
/// </summary>
/// <param name="Measure">What the argument counts.</param>
/// <param name="Signed">Whether half of the calls go the other way.</param>
/// <param name="Of">Level, the other way, side of the image: the argument.</param>
internal sealed record Magnitude(OperationMeasure Measure, bool Signed, Func<double, bool, int, double> Of)
{
    private const double Most = 10.0;

    /// <summary>Degrees, up to 30.</summary>
    public static Magnitude Rotate { get; } = new(OperationMeasure.Degrees, true, (level, other, _) => Sign(level / Most * 30.0, other));

    /// <summary>Slope, up to 0.3.</summary>
    public static Magnitude Shear { get; } = new(OperationMeasure.Slope, true, (level, other, _) => Sign(level / Most * 0.3, other));

    /// <summary>Pixels, up to 0.45 of the side, cut to a whole number.</summary>
    public static Magnitude TranslateAbsolute { get; } = new(OperationMeasure.Pixels, true, (level, other, side) => Sign(level / Most * (int)(side * 0.45), other));

    /// <summary>Share of the side, up to 0.45.</summary>
    public static Magnitude TranslateRelative { get; } = new(OperationMeasure.ShareOfSide, true, (level, other, _) => Sign(level / Most * 0.45, other));

    /// <summary>Factor from 0.1 to 1.9: strongest at both ends.</summary>
    public static Magnitude Enhance { get; } = new(OperationMeasure.Factor, false, (level, _, _) => level / Most * 1.8 + 0.1);

    /// <summary>Factor away from 1, by up to 0.9; not below 0.1.</summary>
    public static Magnitude EnhanceIncreasing { get; } = new(OperationMeasure.Factor, true, (level, other, _) => Math.Max(0.1, 1.0 + Sign(level / Most * 0.9, other)));

    /// <summary>Bits that stay, 0 to 4: less magnitude, less of the image.</summary>
    public static Magnitude Posterize { get; } = new(OperationMeasure.Bits, false, (level, _, _) => Bits(level));

    /// <summary>Bits that stay, 4 down to 0.</summary>
    public static Magnitude PosterizeIncreasing { get; } = new(OperationMeasure.Bits, false, (level, _, _) => 4 - Bits(level));

    /// <summary>Bits that stay, 4 to 8: AutoAugment's paper.</summary>
    public static Magnitude PosterizeOriginal { get; } = new(OperationMeasure.Bits, false, (level, _, _) => Bits(level) + 4);

    /// <summary>Threshold from 0 to 256: less magnitude, more of the image inverted.</summary>
    public static Magnitude Solarize { get; } = new(OperationMeasure.Threshold, false, (level, _, _) => Threshold(level));

    /// <summary>Threshold from 256 down to 0.</summary>
    public static Magnitude SolarizeIncreasing { get; } = new(OperationMeasure.Threshold, false, (level, _, _) => 256 - Threshold(level));

    /// <summary>What is added, 0 to 110; at most 128.</summary>
    public static Magnitude SolarizeAdd { get; } = new(OperationMeasure.Added, false, (level, _, _) => Math.Min(128, (int)(level / Most * 110)));

    private static double Sign(double value, bool other) => other ? -value : value;

    private static int Bits(double level) => (int)(level / Most * 4);

    private static int Threshold(double level) => Math.Min(256, (int)(level / Most * 256));
}
