using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Files;
using TorchSharp;

namespace StreamTrainer.Model.Tests;

internal static class TestSetup
{
    /// <summary>Test projects run side by side: one thread each. Nothing is left in the user's cache.</summary>
    [ModuleInitializer]
    internal static void Initialize()
    {
        Environment.SetEnvironmentVariable(DataCache.Variable, Path.Combine(Path.GetTempPath(), $"streamtrainer-cache-{Environment.ProcessId}"));
        torch.set_num_threads(1);
    }
}
