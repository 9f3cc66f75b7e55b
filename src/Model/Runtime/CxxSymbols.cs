namespace StreamTrainer.Model.Runtime;

/// <summary>Whether the C++ runtime that is loaded lacks the version that TorchSharp's binary names (build/TorchNative.targets
/// marks that need optional; nothing of that version is used).</summary>
internal static class CxxSymbols
{
    private static readonly Lazy<bool> s_remedied = new(Lacks);

    /// <summary>Whether this process runs only because of the remedy.</summary>
    public static bool Remedied => s_remedied.Value;

    private static bool Lacks()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            // Loads the library, so that the C++ runtime it found stands in the map.
            _ = TorchSharp.torch.get_num_threads();
            string? library = File.ReadLines("/proc/self/maps")
                .Select(line => line[(line.LastIndexOf(' ') + 1)..])
                .FirstOrDefault(path => path.Contains("/libstdc++.so", StringComparison.Ordinal));
            return library is not null && File.ReadAllBytes(library).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) < 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
