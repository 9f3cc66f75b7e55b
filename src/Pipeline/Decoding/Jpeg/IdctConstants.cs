namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The numbers of the accurate integer inverse DCT (C. Loeffler, A. Ligtenberg, G. Moschytz: "Practical fast 1-D DCT algorithms with
/// 11 multiplications", 1989; libjpeg's ISLOW), as 2^13 times the real ones. Each pair (a, b) weighs two inputs of a sum, so that
/// one multiply-add of 16-bit words does both; as integers the sums are those of libjpeg's form with fewer multiplications.
/// </summary>
internal static class IdctConstants
{
    /// <summary>Bits of the fraction.</summary>
    public const int Bits = 13;

    /// <summary>Shift of the first pass, which keeps two bits more than the input has, and of the second, which leaves them and 8 = 2^3.</summary>
    public const int FirstShift = Bits - 2, SecondShift = Bits + 2 + 3;

    /// <summary>Largest magnitude of a dequantised value of row 0 of which a block without other rows is the same whether the sum
    /// is cut to 16 bits or wraps.</summary>
    public const int MostFirstRow = 8191;

    private const short C0_298 = 2446, C0_390 = 3196, C0_541 = 4433, C0_765 = 6270, C0_899 = 7373, C1_175 = 9633, C1_501 = 12299;
    private const short C1_847 = 15137, C1_961 = 16069;
    private const int C2_053 = 16819, C2_562 = 20995, C3_072 = 25172;

    /// <summary>Weights of inputs 2 and 6.</summary>
    public const short Even2A = C0_541, Even2B = C0_541 - C1_847, Even3A = C0_541 + C0_765, Even3B = C0_541;

    /// <summary>Weights of the sums 7 + 3 and 5 + 1.</summary>
    public const short Odd3A = C1_175 - C1_961, Odd3B = C1_175, Odd4A = C1_175, Odd4B = C1_175 - C0_390;

    /// <summary>Weights of inputs 7 and 1.</summary>
    public const short Odd0A = C0_298 - C0_899, Odd0B = -C0_899, Odd1A = -C0_899, Odd1B = C1_501 - C0_899;

    /// <summary>Weights of inputs 5 and 3.</summary>
    public const short Odd5A = C2_053 - C2_562, Odd5B = -C2_562, Odd7A = -C2_562, Odd7B = C3_072 - C2_562;
}
