using System.Diagnostics;
using Xunit;

namespace StreamTrainer.Model.Tests.Weights;

/// <summary>Debian's Python with PyTorch (packages python3-torch, python3-torchvision), as the other side of a file.</summary>
internal static class PythonTorch
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> s_missing = new(() => Run("import torch, torchvision") is { Code: not 0 } ? "python3-torch and python3-torchvision are not installed for /usr/bin/python3" : null);

    /// <summary>Skips the test where it is missing.</summary>
    public static void Need() => Assert.SkipWhen((File.Exists(Python) ? s_missing.Value : "there is no /usr/bin/python3") is not null, s_missing.Value ?? "there is no /usr/bin/python3");

    /// <summary>Runs a script; it must succeed.</summary>
    public static string Do(string script, params string[] arguments)
    {
        (int code, string output, string error) = Run(script, arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private static (int Code, string Output, string Error) Run(string script, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-W", "ignore", "-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
