using System.Text.Json;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Sweeps;

/// <summary>The sweeps in <c>configs/sweeps</c>: all their cells resolve, those of the paper's tables are the tables' (arXiv 2110.00476),
/// and the small twins train.</summary>
public sealed class ShippedSweepTests
{
    // Two of the small twins with each commit, or so.
    private const int Turns = 4;

    private static readonly string s_folder = Path.Combine(TestPaths.Repository, "configs", "sweeps");

    public static TheoryData<string> All => [.. Directory.EnumerateFiles(s_folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Small => [.. Directory.EnumerateFiles(s_folder, "*-small.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_cell_resolves_and_is_valid(string name)
    {
        Assert.SkipUnless(!name.StartsWith("transfer", StringComparison.Ordinal) || Directory.Exists(Path.Combine(TestPaths.Repository, "configs", "transfer")), "no configs/transfer");
        SweepPlan plan = Plan(name);
        Assert.Equal(name, plan.Id);
        Assert.NotEmpty(plan.Sweep.Description);
        Assert.True(plan.Cells.Count > 1);
        // Other values, other recipes: a key that changes nothing would be a slip.
        Assert.Equal(plan.Cells.Count, plan.Cells.Select(cell => RecipeWriter.Write(cell.Recipe)).Distinct().Count());
        string twin = name.EndsWith("-small", StringComparison.Ordinal) ? name[..^"-small".Length] : name + "-small";
        Assert.True(File.Exists(FileOf(twin)), $"there is no {twin}");
    }

    [Fact]
    public void Seeds_are_figure_1s()
    {
        SweepPlan plan = Plan("seeds");
        Assert.Equal(Enumerable.Range(0, 100).Select(seed => (long)seed), plan.Cells.Select(cell => cell.Recipe.Train.Seed));
        AssertIs("a2", plan.Cells[0].Recipe);
    }

    [Fact]
    public void Loss_rate_decay_and_repeated_augmentation_are_the_tables()
    {
        var expected = Rows("ablation-loss-lr-wd-ra").Select(row =>
            (row.GetProperty("loss").GetString()!, row.GetProperty("lr").GetDouble(), row.GetProperty("weight_decay").GetDouble(), row.GetProperty("repeated_aug").GetBoolean()));
        SweepPlan plan = Plan("loss-lr-wd-ra");
        Assert.Equal(22, plan.Cells.Count);
        Assert.Equal(expected, plan.Cells.Select(cell => cell.Recipe).Select(recipe =>
            (recipe.Loss.Name == LossKind.Bce ? "BCE" : "CE", recipe.Optimizer.Lr, recipe.Optimizer.WeightDecay, recipe.Data.AugRepeats == 3)));
        Assert.Contains(plan.Cells, cell => RecipeDifference.Of(Recipe("a2"), cell.Recipe).Count == 0);
        Assert.All(plan.Cells, cell => Assert.Subset(
            new HashSet<string> { "loss.name", "loss.targetThreshold", "optimizer.lr", "optimizer.weightDecay", "data.augRepeats" },
            RecipeDifference.Of(Recipe("a2"), cell.Recipe).Select(line => line.Split(':')[0]).ToHashSet()));
    }

    [Fact]
    public void Ingredients_are_the_tables()
    {
        JsonElement[] rows = Rows("ablation-ingredients");
        SweepPlan plan = Plan("ingredients");
        Assert.Equal(rows.Length, plan.Cells.Count);
        JsonElement first = rows[0];
        Recipe a2 = plan.Cells[0].Recipe;
        Assert.Equal(
            (first.GetProperty("mixup").GetDouble(), first.GetProperty("repeated_aug").GetBoolean(), first.GetProperty("label_smoothing").GetDouble(), first.GetProperty("drop_path").GetDouble(), first.GetProperty("bce_target_threshold").GetBoolean()),
            (a2.Mix.Mixup, a2.Data.AugRepeats == 3, a2.Loss.Smoothing, a2.Model.DropPath, a2.Loss.TargetThreshold is not null));
        AssertIs("a2", a2);
        Assert.Equal(
            ["mixup 0.2", "mixup 0.2, RandAugment 6", "mixup 0.05", "no BCE target threshold"],
            rows.Skip(1).Select(row => row.GetProperty("change").GetString()));
        string[][] changes =
        [
            ["mix.mixup: 0.1, and now 0.2"],
            ["augment.autoAugment: rand-m7-mstd0.5-inc1, and now rand-m6-mstd0.5-inc1", "mix.mixup: 0.1, and now 0.2"],
            ["mix.mixup: 0.1, and now 0.05"],
            ["loss.targetThreshold: 0.2, and now none"],
        ];
        Assert.Equal(changes, plan.Cells.Skip(1).Select(cell => RecipeDifference.Of(a2, cell.Recipe)));
    }

    [Theory]
    [InlineData("drop-path", "ablation-drop-path", "drop_path", "model.dropPath")]
    [InlineData("smoothing", "ablation-smoothing", "smoothing", "loss.smoothing")]
    public void An_ablation_over_the_three_procedures_is_the_tables(string name, string table, string column, string key)
    {
        double[] values = [.. Rows(table).Select(row => row.GetProperty(column).GetDouble())];
        SweepPlan plan = Plan(name);
        string[] procedures = ["a1", "a2", "a3"];
        Assert.Equal(
            from procedure in procedures from value in values select (procedure, value),
            plan.Cells.Select(cell => (Path.GetFileNameWithoutExtension(cell.RecipePath), Value(cell.Recipe))));
        Assert.All(plan.Cells, cell => Assert.All(RecipeDifference.Of(Recipe(Path.GetFileNameWithoutExtension(cell.RecipePath)), cell.Recipe), line => Assert.StartsWith(key + ":", line, StringComparison.Ordinal)));
        double Value(Recipe recipe) => key == "model.dropPath" ? recipe.Model.DropPath : recipe.Loss.Smoothing;
    }

    [Fact]
    public void Crop_ratios_are_tested_on_seeds_of_the_three_procedures()
    {
        SweepPlan plan = Plan("crop-ratio");
        Assert.Equal(["a1", "a2", "a3"], plan.Cells.Select(cell => Path.GetFileNameWithoutExtension(cell.RecipePath)).Distinct());
        Assert.All(plan.Cells.GroupBy(cell => cell.RecipePath), seeds => Assert.Equal(Enumerable.Range(0, 10).Select(seed => (long)seed), seeds.Select(cell => cell.Recipe.Train.Seed)));
        string crops = string.Join(",", Rows("crop-ratio").Select(row => row.GetProperty("crop").GetRawText()));
        Assert.Contains($"--crops {crops}", File.ReadAllText(FileOf("crop-ratio")), StringComparison.Ordinal);
    }

    [Fact]
    public void Architectures_are_table_3s()
    {
        SweepPlan plan = Plan("architectures");
        string[] procedures = ["a1", "a2", "a3"];
        Assert.Equal(
            from procedure in procedures
            from row in PaperTables.Table3
            let resolution = procedure == "a3" ? row.A3 : row.A12
            select (procedure, row.Name, resolution.TrainSize, resolution.TestSize),
            plan.Cells.Select(cell => (Path.GetFileNameWithoutExtension(cell.RecipePath), cell.Recipe.Model.Name, cell.Recipe.Augment.Size, cell.Recipe.Eval.Size)));
    }

    [Fact]
    public void A2_and_T2_meet_with_both_networks()
    {
        string[] models = ["resnet50", "deit_small_patch16_224"];
        Assert.Equal(["ResNet-50", "DeiT-S"], Rows("a2-vs-t2").Select(row => row.GetProperty("architecture").GetString()));
        string[] procedures = ["a2", "t2"];
        SweepPlan plan = Plan("a2-vs-t2");
        Assert.Equal(
            from procedure in procedures from model in models select (procedure, model),
            plan.Cells.Select(cell => (Path.GetFileNameWithoutExtension(cell.RecipePath), cell.Recipe.Model.Name)));
    }

    [Fact]
    public void Transfer_is_table_5s()
    {
        string[] order = ["inat2019", "flowers", "cars", "cifar100", "cifar10"];
        JsonElement[] rows = [.. Rows("table5").OrderBy(row => Array.IndexOf(order, row.GetProperty("file").GetString()))];
        string[] weights = ["pytorch", "a1", "a2", "a3"];
        Assert.All(rows, row => Assert.All(weights, column => Assert.Equal(JsonValueKind.Number, row.GetProperty(column).ValueKind)));
        Sweep sweep = SweepReader.Read(FileOf("transfer"));
        Assert.Equal(
            from row in rows
            from column in weights
            select $"recipe=../transfer/{row.GetProperty("file").GetString()}.yaml train.from=timm/resnet50.{(column == "pytorch" ? "tv" : column)}_in1k",
            sweep.Cells.Select(cell => cell.ToString()));
    }

    /// <summary>A few steps of a small twin's first cell, on its own data.</summary>
    [Theory]
    [MemberData(nameof(Small))]
    public void A_small_twin_trains(string name)
    {
        Assert.SkipUnless(Rotation.Takes(name, Turns), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        // Its runs start from another one's weights; the tests of transfer train both.
        Assert.SkipWhen(name == "transfer-small", "it starts from weights that are not there");
        Assert.SkipUnless(File.Exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"), "no Fashion-MNIST: apt install dataset-fashion-mnist");
        using var folder = new TemporaryFolder();
        (int code, string output, string error) = Executable.Run("sweep", FileOf(name), "--runs", folder["runs"], "--cells", "0", "--json", "--quiet",
            "--set", "train.maxSteps=2", "--set", "train.precision=fp32", "--set", "data.val=none");
        Assert.True(code == 0, error);
        SweepReport report = JsonSerializer.Deserialize(output, SweepJson.Default.SweepReport)!;
        CellReport cell = Assert.Single(report.Cells);
        Assert.Equal(($"{name}-000", CellState.Completed), (cell.Id, cell.State));
        Assert.True(double.IsFinite(cell.Loss!.Value));
    }

    private static string FileOf(string name) => Path.Combine(s_folder, name + ".yaml");

    private static SweepPlan Plan(string name)
    {
        SweepPlan plan = SweepPlan.Make(SweepReader.Read(FileOf(name)), "runs-of-no-one", null, ["data.train=somewhere", "data.val=elsewhere"], "", withData: false);
        Assert.Equal(plan.Sweep.Cells.Count, plan.Cells.Count);
        return plan;
    }

    private static Recipe Recipe(string procedure) =>
        RecipeLoader.Load(Path.Combine(TestPaths.Repository, "configs", procedure + ".yaml"), ["data.train=somewhere", "data.val=elsewhere"]).Recipe;

    private static void AssertIs(string procedure, Recipe recipe) => Assert.Empty(RecipeDifference.Of(Recipe(procedure), recipe));

    private static JsonElement[] Rows(string table) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "paper", table + ".json"))).RootElement.GetProperty("rows").EnumerateArray()];
}
