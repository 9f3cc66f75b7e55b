using TorchSharp;

namespace StreamTrainer.Model.Runtime;

/// <summary>
/// Numbers for calls of libtorch. TorchSharp makes an object with a finalizer of a number that it is handed, and nothing holds that
/// during the call: a garbage collection in those microseconds frees it, and the call reads whatever is there then. Those from here are
/// held until their thread has asked for many more. Any thread.
/// </summary>
internal static class Scalars
{
    // A call takes three at most.
    private const int Kept = 32;

    [ThreadStatic]
    private static Scalar?[]? t_kept;
    [ThreadStatic]
    private static int t_next;

    /// <summary>1, for the factor that <c>add</c> has besides.</summary>
    public static Scalar One { get; } = 1.0.ToScalar();

    /// <summary>0.</summary>
    public static Scalar Zero { get; } = 0.0.ToScalar();

    /// <summary>1 for whole numbers, which a fraction cannot be added to.</summary>
    public static Scalar OneStep { get; } = 1L.ToScalar();

    /// <summary>A number, in double precision.</summary>
    public static Scalar Of(double value)
    {
        Scalar?[] kept = t_kept ??= new Scalar?[Kept];
        Scalar scalar = value.ToScalar();
        t_next = (t_next + 1) % Kept;
        kept[t_next]?.Dispose();
        return kept[t_next] = scalar;
    }
}
