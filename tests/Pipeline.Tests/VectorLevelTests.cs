using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using System.Xml.Linq;
using Xunit;

namespace StreamTrainer.Pipeline.Tests;

/// <summary>
/// Every class marked <c>[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]</c> runs again in processes whose runtime is told
/// to leave away instruction sets, so that each level is tested by the very code that a lesser processor runs.
/// </summary>
public sealed class VectorLevelTests
{
    /// <summary>The trait of classes whose code has a path a level.</summary>
    public const string Trait = "Vectors";

    /// <summary>The trait's value.</summary>
    public const string Sensitive = "sensitive";

    /// <summary>Tells a child which level is meant.</summary>
    private const string Meant = "STREAMTRAINER_TEST_VECTORS";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    public static TheoryData<VectorLevel, string> Levels => new()
    {
        { VectorLevel.Vector256, "DOTNET_EnableAVX512" },
        { VectorLevel.Vector128, "DOTNET_EnableAVX2" },
        { VectorLevel.Scalar, "DOTNET_EnableHWIntrinsic" },
    };

    /// <summary>In a child: the level that the parent meant.</summary>
    [Fact]
    [Trait(Trait, Sensitive)]
    public void TheLevelIsTheOneMeant()
    {
        if (Environment.GetEnvironmentVariable(Meant) is { } meant)
        {
            Assert.Equal(Enum.Parse<VectorLevel>(meant), VectorLevel.Current);
        }

        Assert.Equal(VectorLevel.Current >= VectorLevel.Vector256, Avx2.IsSupported);
        Assert.True(VectorLevel.Current < VectorLevel.Vector512 || Avx512Vbmi2.IsSupported);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task AllLevelsAreRight(VectorLevel level, string leftAway)
    {
        Assert.SkipUnless(level < VectorLevel.Current, $"this processor has {VectorLevel.Current}: {level} is what the other tests run");
        string results = Path.Combine(Path.GetTempPath(), $"streamtrainer-{level}-{Environment.ProcessId}.xml");
        string program = Path.ChangeExtension(typeof(VectorLevelTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null)!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-noLogo", "-noColor", "-noAutoReporters", "-trait", $"{Trait}={Sensitive}", "-xml", results])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[leftAway] = "0";
        start.Environment[Meant] = level.ToString();
        try
        {
            using Process child = Process.Start(start)!;
            Task<string> output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(s_limit);
            try
            {
                await child.WaitForExitAsync(limit.Token);
            }
            finally
            {
                if (!child.HasExited)
                {
                    child.Kill(entireProcessTree: true);
                }
            }

            Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}\n{await output}\n{await errors}");
            // A run without the one test that proves the level proves nothing.
            XElement[] tests = [.. XDocument.Load(results).Descendants("test")];
            Assert.Contains(tests, test => Attribute(test, "method") == nameof(TheLevelIsTheOneMeant) && Attribute(test, "result") == "Pass");
            Assert.True(tests.Count(test => Attribute(test, "result") == "Pass") > 1, "no other test is marked");
        }
        finally
        {
            File.Delete(results);
        }
    }

    private static string? Attribute(XElement test, string name) => test.Attribute(name)?.Value;
}
