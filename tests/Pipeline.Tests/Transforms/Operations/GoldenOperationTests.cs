using System.Text.Json;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms.Operations;

/// <summary>Every operation gives Pillow's pixels, by their hashes, and timm's arguments, at every width of vectors.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class GoldenOperationTests
{
    public static TheoryData<string> Operations => [.. AugmentGolden.Rows("ops.json").Select(row => row.GetProperty("op").GetString()!).Distinct()];

    public static TheoryData<string> Levels => [.. AugmentGolden.Root("levels.json")?.GetProperty("table").EnumerateObject().Select(row => row.Name) ?? []];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Operations))]
    public void PixelsArePillows(string name)
    {
        PixelOperation operation = PixelOperations.Of(name);
        Assert.All(AugmentGolden.Rows("ops.json").Where(row => row.GetProperty("op").GetString() == name), row =>
        {
            Assert.Equal(row.GetProperty("filter").ValueKind == JsonValueKind.String, operation.IsGeometric);
            foreach (VectorLevel level in VectorLevels.Available)
            {
                var call = new OperationCall(operation, AugmentGolden.Number(row, "arg"), AugmentGolden.Filter(row));
                Assert.True(row.GetProperty("sha256").GetString() == AugmentGolden.Hash(row.GetProperty("input").GetInt32(), level, call), $"{level}: {row}");
            }
        });
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Levels))]
    public void ArgumentsAreTimms(string name)
    {
        JsonElement row = AugmentGolden.Root("levels.json")!.Value.GetProperty("table").GetProperty(name);
        Magnitude magnitude = PixelOperations.Of(name).Magnitude!;
        Assert.Equal(row.GetProperty("signed").GetBoolean(), magnitude.Signed);
        Assert.All(row.GetProperty("level_plus_minus").EnumerateArray(), each =>
        {
            // The side of the table's note.
            Assert.Equal(each[1].GetDouble(), magnitude.Of(each[0].GetDouble(), false, 224), 1e-12);
            Assert.Equal(each[2].GetDouble(), magnitude.Of(each[0].GetDouble(), true, 224), 1e-12);
        });
    }

    [Fact]
    public void OnlyTheFilesOperationsHaveNoArgument()
    {
        JsonElement[] rows = AugmentGolden.Rows("levels.json", "ops_without_argument");
        Assert.SkipUnless(rows.Length > 0, "levels.json is missing");
        Assert.Equal(rows.Select(row => row.GetString()).Order(), PixelOperations.Names.Where(name => PixelOperations.Of(name).Magnitude is null).Order());
    }

    /// <summary>ColorJitter's steps are the enhancements, one after the other.</summary>
    [Fact]
    public void JitterIsPillows()
    {
        JsonElement[] rows = AugmentGolden.Rows("jitter.json");
        Assert.SkipUnless(rows.Length > 0, "jitter.json is missing");
        Assert.All(rows, row =>
        {
            OperationCall[] calls = [.. row.GetProperty("steps").EnumerateArray().Select(step => new OperationCall(Step(step[0].GetString()!), step[1].GetDouble()))];
            foreach (VectorLevel level in VectorLevels.Available)
            {
                Assert.True(row.GetProperty("sha256").GetString() == AugmentGolden.Hash(row.GetProperty("input").GetInt32(), level, calls), $"{level}: {row}");
            }
        });

        static PixelOperation Step(string name) => PixelOperations.Of(name switch { "brightness" => "Brightness", "contrast" => "Contrast", _ => "Color" });
    }
}
