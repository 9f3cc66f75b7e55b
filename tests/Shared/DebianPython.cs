using System.Diagnostics;

namespace StreamTrainer.Tests;

/// <summary>Debian's Python with PyTorch (packages python3-torch, python3-torchvision).</summary>
public static class DebianPython
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> s_missing = new(() =>
        !File.Exists(Python) ? $"there is no {Python}"
        : Run("-c", "import torch, torchvision").Code != 0 ? $"python3-torch and python3-torchvision are not installed for {Python}" : null);

    /// <summary>Why a test that needs it is to be skipped; null where it is there.</summary>
    public static string? Missing => s_missing.Value;

    /// <summary>Runs Python, without its warnings.</summary>
    /// <param name="arguments">A script and its arguments, or <c>-c</c> and one line.</param>
    public static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-W", "ignore", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
