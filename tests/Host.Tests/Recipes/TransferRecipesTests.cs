using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>The shipped fine-tunings are table 5 of <i>ResNet strikes back</i> (arXiv 2110.00476), with DeiT's settings.</summary>
public sealed class TransferRecipesTests
{
    private static readonly JsonElement s_rows =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "paper", "table5.json"))).RootElement.GetProperty("rows");

    public static TheoryData<string> Files => [.. s_rows.EnumerateArray().Select(row => row.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void ARowOfTheTableIsARecipe(string file)
    {
        JsonElement row = s_rows.EnumerateArray().Single(each => each.GetProperty("file").GetString() == file);
        string path = Path.Combine(TestPaths.Repository, "configs", "transfer", file + ".yaml");
        Recipe recipe = RecipeLoader.Load(path, [], withData: false).Recipe;
        Assert.Equal(
            (Text("optimizer"), Number("lr"), Number("batch"), Number("weight_decay"), Number("epochs")),
            (ScalarParsers.EnumName(recipe.Optimizer.Name), recipe.Optimizer.Lr, recipe.Train.BatchSize, recipe.Optimizer.WeightDecay, recipe.Train.Epochs));
        Assert.Equal((224, 224, "resnet50", ScheduleKind.Cosine, LossKind.CrossEntropy), (recipe.Augment.Size, recipe.Eval.Size, recipe.Model.Name, recipe.Schedule.Name, recipe.Loss.Name));
        Assert.Equal(("timm/resnet50.a1_in1k", HeadChoice.Auto), (recipe.Train.From, recipe.Train.Head));
        // What the file's head says is what was published.
        string head = File.ReadAllText(path);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture,
            $"from A1's weights {Number("a1"):F1} %, A2's {Number("a2"):F1} %, A3's {Number("a3"):F1} %, PyTorch's {Number("pytorch"):F1} %"), head, StringComparison.Ordinal);
        foreach (string count in (string[])["train", "test", "classes"])
        {
            Assert.Contains(Number(count).ToString("N0", CultureInfo.InvariantCulture), head, StringComparison.Ordinal);
        }

        string Text(string name) => row.GetProperty(name).GetString()!;
        double Number(string name) => row.GetProperty(name).GetDouble();
    }
}
