using System.Text.Json;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary><c>--model</c> with A1, A2 and A3: every architecture of the paper at its resolutions (table 3), and nothing else adapted.</summary>
public sealed class PaperArchitecturesTests
{
    // Three of the 75 with each commit.
    private const int Turns = 25;


    public static TheoryData<string, string> Combinations
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string procedure in (string[])["a1", "a2", "a3"])
            {
                foreach (PaperTraining row in PaperTables.Table3)
                {
                    all.Add(procedure, row.Name);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void OnlyTheResolutionsAreTheArchitectures(string procedure, string model)
    {
        PaperTraining row = PaperTables.Table3Of(model)!;
        PaperResolution sizes = procedure == "a3" ? row.A3 : row.A12;
        Recipe recipe = Load(procedure, [], model), plain = Load(procedure, []);
        Assert.Equal((sizes.TrainSize, sizes.TestSize), (recipe.Augment.Size, recipe.Eval.Size));
        Recipe back = recipe with
        {
            Model = recipe.Model with { Name = plain.Model.Name },
            Augment = recipe.Augment with { Size = plain.Augment.Size },
            Eval = recipe.Eval with { Size = plain.Eval.Size },
        };
        Assert.Equal(RecipeWriter.Write(plain), RecipeWriter.Write(back));
        Assert.Equal(model, recipe.Model.Name);
    }

    /// <summary>One step of the real procedure, at a tiny resolution.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void EveryCombinationStarts(string procedure, string model)
    {
        Assert.SkipUnless(Rotation.Takes($"{procedure} {model}", Turns), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        // Repeated augmentation asks for 256 samples.
        using var data = new SmallRun(perClass: 86);
        (int code, _, string error) = Executable.Run(
            "train", Path.Combine(TestPaths.Repository, "configs", procedure + ".yaml"), "--model", model, "--runs", data.Runs, "--id", "one", "--quiet",
            "--set", $"data.train={Path.Combine(data.Folder, "train")}", "--set", "train.maxSteps=1", "--set", "train.batchSize=4",
            "--set", "augment.size=32", "--set", "eval.size=32", "--set", "train.precision=fp32");
        Assert.True(code == 0, error);
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(data.Run("one"), "summary.json")));
        Assert.Equal(("completed", 1), (summary.RootElement.GetProperty("state").GetString(), summary.RootElement.GetProperty("steps").GetInt32()));
        Assert.True(double.IsFinite(summary.RootElement.GetProperty("loss").GetDouble()));
    }

    [Fact]
    public void AModelWithoutARowHasTheRecipesOwnSizesAndSetWins()
    {
        Assert.Equal(160, Load("a3", [], "resnet18_cifar").Augment.Size);
        Recipe set = Load("a3", ["augment.size=96", "model.name=resnet34"], "efficientnet_b4");
        Assert.Equal((96, 380, "resnet34"), (set.Augment.Size, set.Eval.Size, set.Model.Name));
    }

    [Theory]
    [InlineData("models: none.yaml", "models: there is no recipe")]
    [InlineData("models: [1]", "models: found a list; allowed: the path of a file, as models: models.yaml")]
    [InlineData("models: table.yaml", "table.yaml:1: resnet18: found '3'; allowed: a section, as resnet18: {augment: {size: 240}}")]
    [InlineData("extends: other.yaml", "other.yaml:1: models: there is no recipe")]
    public void ATableThatCannotBeUsedIsToldWithItsPlace(string line, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "table.yaml"), "resnet18: 3\n");
        File.WriteAllText(Path.Combine(folder.Path, "other.yaml"), "models: missing.yaml\n");
        string recipe = Path.Combine(folder.Path, "recipe.yaml");
        File.WriteAllText(recipe, $"{line}\ndata: {{train: demo:train}}\n");
        var error = Assert.Throws<Pipeline.UserErrorException>(() => RecipeLoader.Load(recipe, [], model: "resnet18"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static Recipe Load(string procedure, IReadOnlyList<string> set, string? model = null) =>
        RecipeLoader.Load(Path.Combine(TestPaths.Repository, "configs", procedure + ".yaml"), ["data.train=somewhere", .. set], model: model).Recipe;
}
