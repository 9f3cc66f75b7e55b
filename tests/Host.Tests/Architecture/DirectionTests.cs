using System.Reflection;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace StreamTrainer.Host.Tests.Architecture;

/// <summary>The directions of the house: Pipeline, Model, Host know only those before them, and so do the rooms inside.</summary>
public sealed class DirectionTests
{
    private static readonly Assembly s_pipeline = typeof(UserErrorException).Assembly;
    private static readonly Assembly s_model = typeof(Recipe).Assembly;
    private static readonly Assembly s_host = Assembly.Load("streamtrainer");

    private static readonly ArchUnitNET.Domain.Architecture s_architecture =
        new ArchLoader().LoadAssemblies(s_pipeline, s_model, s_host).Build();

    /// <summary>A room, and the rooms that it must not know.</summary>
    public static TheoryData<string, string[]> Rooms => new()
    {
        // Order and draws are pure functions: they know nothing of what they order.
        { "Pipeline.Sampling", ["Pipeline.Sources", "Pipeline.Decoding", "Pipeline.Transforms", "Pipeline.Batching", "Pipeline.Options"] },
        { "Pipeline.Files", ["Pipeline.Sources", "Pipeline.Sampling", "Pipeline.Decoding", "Pipeline.Transforms", "Pipeline.Batching", "Pipeline.Options"] },
        { "Pipeline.Sources", ["Pipeline.Decoding", "Pipeline.Transforms", "Pipeline.Batching"] },
        { "Pipeline.Demo", ["Pipeline.Sources", "Pipeline.Batching"] },
        { "Pipeline.Decoding", ["Pipeline.Sampling", "Pipeline.Batching"] },
        { "Pipeline.Transforms", ["Pipeline.Batching", "Pipeline.Replay"] },
        { "Pipeline.Batching", ["Pipeline.Replay"] },
        { "Pipeline.Options", ["Pipeline.Sources", "Pipeline.Sampling", "Pipeline.Decoding", "Pipeline.Batching"] },
        { "Pipeline.Diagnostics", ["Pipeline.Sources", "Pipeline.Sampling", "Pipeline.Decoding", "Pipeline.Batching", "Pipeline.Options"] },
        // Parts of the trainer are put together by it, and do not know it.
        { "Model.Architectures", ["Model.Training", "Model.Optimizers", "Model.Losses", "Model.Schedules", "Model.Mixing", "Model.Averaging", "Model.Feed"] },
        { "Model.Averaging", ["Model.Training", "Model.Optimizers", "Model.Losses", "Model.Schedules", "Model.Mixing", "Model.Feed"] },
        { "Model.Diagnostics", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Losses", "Model.Feed"] },
        { "Model.Feed", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Losses", "Model.Schedules"] },
        { "Model.Losses", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Schedules", "Model.Averaging", "Model.Feed"] },
        { "Model.Mixing", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Schedules", "Model.Averaging", "Model.Feed"] },
        { "Model.Optimizers", ["Model.Training", "Model.Architectures", "Model.Losses", "Model.Schedules", "Model.Mixing", "Model.Feed"] },
        { "Model.Precision", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Losses", "Model.Feed"] },
        { "Model.Schedules", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Losses", "Model.State", "Model.Feed"] },
        { "Model.State", ["Model.Training", "Model.Architectures", "Model.Optimizers", "Model.Losses", "Model.Schedules", "Model.Feed"] },
    };

    [Fact]
    public void Projects_reference_only_those_before_them()
    {
        Assert.DoesNotContain(References(s_pipeline), name => name.StartsWith("StreamTrainer", StringComparison.Ordinal) || name == "streamtrainer");
        Assert.DoesNotContain(References(s_pipeline), name => name.Contains("Torch", StringComparison.Ordinal));
        Assert.DoesNotContain("streamtrainer", References(s_model));
        // What is looked for is there to be found.
        Assert.Contains("TorchSharp", References(s_model));
        Assert.Contains(s_pipeline.GetName().Name, References(s_model));
    }

    [Fact]
    public void Only_the_host_knows_the_web()
    {
        Assert.DoesNotContain(References(s_pipeline), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(References(s_model), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_the_rooms_it_may(string room, string[] forbidden)
    {
        Assert.All(forbidden, each => Assert.True(TypesOf(each) > 0, $"there is no room {each}"));
        var rule = Types().That().ResideInNamespaceMatching(Pattern(room))
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching($"({string.Join('|', forbidden.Select(Pattern))})");
        var violations = rule.Evaluate(s_architecture).Where(result => !result.Passed).ToArray();
        Assert.True(violations.Length == 0, string.Join('\n', violations.Select(result => result.Description)));
    }

    /// <summary>The rules above can fail: the trainer does know the parts that it is made of.</summary>
    [Fact]
    public void Dependencies_are_seen()
    {
        var rule = Types().That().ResideInNamespaceMatching(Pattern("Model.Training"))
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching(Pattern("Model.Optimizers"));
        Assert.False(rule.HasNoViolations(s_architecture));
    }

    private static string Pattern(string room) => $@"^StreamTrainer\.{room.Replace(".", @"\.", StringComparison.Ordinal)}(\..*)?$";

    private static int TypesOf(string room) =>
        Types().That().ResideInNamespaceMatching(Pattern(room)).GetObjects(s_architecture).Count();

    private static string[] References(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(name => name.Name!)];
}
