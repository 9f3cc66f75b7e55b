using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Model.Tests.Weights;

/// <summary>Debian's PyTorch as the other side of a file.</summary>
internal static class PythonTorch
{
    /// <summary>Skips the test where it is missing.</summary>
    public static void Need() => Assert.SkipWhen(DebianPython.Missing is not null, DebianPython.Missing ?? "");

    /// <summary>Runs a script; it must succeed.</summary>
    public static string Do(string script, params string[] arguments)
    {
        (int code, string output, string error) = DebianPython.Run(["-c", script, .. arguments]);
        Assert.True(code == 0, error);
        return output;
    }
}
