using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Tests;
using TorchSharp;

// libtorch has one generator and one set of switches a process: tests that seed or switch must not meet.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace StreamTrainer.Model.Tests;

internal static class TestSetup
{
    /// <summary>Test projects run side by side: one thread each. Nothing is left in the user's cache.</summary>
    [ModuleInitializer]
    internal static void Initialize()
    {
        Environment.SetEnvironmentVariable(DataCache.Variable, TemporaryCache.Path);
        torch.set_num_threads(1);
    }
}
