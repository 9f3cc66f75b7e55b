using System.Text.Json;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Tests.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms.Policies;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms.Policies;

/// <summary>Whole policies with fed draws: timm's operations, arguments and filters, Pillow's pixels.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class GoldenPolicyTests
{
    public static TheoryData<string> Chains => [.. AugmentGolden.Rows("chains.json").Select(row => row.GetProperty("draws").GetString()!)];

    public static TheoryData<string> Tables => [.. AugmentGolden.Root("policies.json")?.GetProperty("autoaugment").EnumerateObject().Select(table => table.Name) ?? []];

    public static TheoryData<string> RandAugments => [.. AugmentGolden.Root("policies.json")?.GetProperty("randaugment").EnumerateObject().Select(entry => entry.Name) ?? []];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Chains))]
    public void ChainsAreTimms(string name)
    {
        JsonElement row = AugmentGolden.Rows("chains.json").Single(row => row.GetProperty("draws").GetString() == name);
        AugmentPolicy policy = AugmentPolicies.Parse(row.GetProperty("policy").GetString()!, 224, Interpolation.Random);
        var draws = new FedDraws(name);
        OperationCall[] calls = Draw(policy, ref draws);
        Assert.Equal(row.GetProperty("used").GetInt32(), draws.Used);
        JsonElement[] applied = [.. row.GetProperty("applied").EnumerateArray()];
        Assert.Equal(applied.Select(each => each.GetProperty("op").GetString()), calls.Select(call => call.Operation.Name));
        Assert.All(applied.Zip(calls), pair =>
        {
            Assert.Equal(AugmentGolden.Number(pair.First, "arg"), pair.Second.Argument, 1e-12);
            Assert.True(!pair.Second.Operation.IsGeometric || AugmentGolden.Filter(pair.First) == pair.Second.Filter);
        });
        foreach (VectorLevel level in VectorLevels.Available)
        {
            Assert.Equal(row.GetProperty("sha256").GetString(), AugmentGolden.Hash(row.GetProperty("input").GetInt32(), level, calls));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tables))]
    public void TablesAreTimms(string name)
    {
        JsonElement golden = AugmentGolden.Root("policies.json")!.Value.GetProperty("autoaugment").GetProperty(name);
        Assert.Equal(
            golden.EnumerateArray().SelectMany(pair => pair.EnumerateArray()).Select(step => (step[0].GetString()!, step[1].GetDouble(), step[2].GetDouble())),
            AutoAugmentTables.All[name].SelectMany(pair => pair));
    }

    /// <summary>Draws that name one operation after the other tell what the list is.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RandAugments))]
    public void ListsAreTimms(string name)
    {
        JsonElement golden = AugmentGolden.Root("policies.json")!.Value.GetProperty("randaugment").GetProperty(name);
        string[] expected = [.. golden.GetProperty("ops").EnumerateArray().Select(op => op.GetString()!)];
        AugmentPolicy policy = AugmentPolicies.Parse(name, 224, Interpolation.Bilinear);
        Assert.Equal(golden.GetProperty("num_layers").GetInt32(), policy.MostOperations);
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(i =>
        {
            // Chosen i and i again; the first one's gate passes, whatever follows.
            var draws = new ListDraws([(i + 0.5) / expected.Length, (i + 0.5) / expected.Length, 0.0]);
            return Draw(policy, ref draws)[0].Operation.Name;
        }));
    }

    internal static OperationCall[] Draw<TDraws>(AugmentPolicy policy, ref TDraws draws)
        where TDraws : struct, IDraws
    {
        var calls = new OperationCall[policy.MostOperations];
        return calls[..policy.Draw(ref draws, calls)];
    }
}
