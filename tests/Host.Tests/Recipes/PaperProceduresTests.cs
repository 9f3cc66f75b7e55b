using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>The shipped procedures say what table 2 of <i>ResNet strikes back</i> (arXiv 2110.00476) says of them, cell by cell.</summary>
public sealed partial class PaperProceduresTests(ITestOutputHelper output)
{
    private const double ImageNetImages = 1_281_167;

    private static readonly JsonElement s_table =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "paper", "table2.json"))).RootElement;

    /// <summary>A row of the table, out of a recipe: null where the table says "not used", or has nothing to say.</summary>
    private static readonly Dictionary<string, Func<Recipe, object?>> s_rows = new()
    {
        ["train_res"] = recipe => recipe.Augment.Size,
        ["test_res"] = recipe => recipe.Eval.Size,
        ["epochs"] = recipe => recipe.Train.Epochs,
        ["updates_thousand"] = recipe => (int)Math.Round(recipe.Train.Epochs * ImageNetImages / recipe.Train.BatchSize / 1000),
        ["batch"] = recipe => recipe.Train.BatchSize,
        ["optimizer"] = recipe => recipe.Optimizer.Name switch
        {
            OptimizerKind.Sgd or OptimizerKind.Momentum => "sgd",
            OptimizerKind.AdamW => "adamw",
            OptimizerKind.Lamb => "lamb",
            var other => other.ToString(),
        },
        ["lr"] = recipe => recipe.Optimizer.Lr,
        // The table calls a factor at every epoch a step schedule too.
        ["lr_decay"] = recipe => recipe.Schedule.Name switch
        {
            ScheduleKind.Cosine => "cosine",
            ScheduleKind.Step or ScheduleKind.Exponential => "step",
            var other => other.ToString(),
        },
        // The table's 2/400 is read as t/400 at epoch t: docs/recipes.md.
        ["decay_rate"] = recipe => recipe.Schedule.Name switch
        {
            ScheduleKind.Step => recipe.Schedule.DecayRate,
            ScheduleKind.Exponential => string.Create(CultureInfo.InvariantCulture, $"{recipe.Schedule.DecayRate}^{{2/{recipe.Train.Epochs}}}"),
            _ => null,
        },
        ["decay_epochs"] = recipe => recipe.Schedule.Name switch
        {
            ScheduleKind.Step => recipe.Schedule.DecayEpochs,
            ScheduleKind.Exponential => 1,
            _ => null,
        },
        ["weight_decay"] = recipe => recipe.Optimizer.WeightDecay,
        ["warmup_epochs"] = recipe => Used(recipe.Schedule.WarmupEpochs),
        ["label_smoothing"] = recipe => Used(recipe.Loss.Smoothing),
        ["dropout"] = recipe => Used(recipe.Model.Dropout),
        ["drop_path"] = recipe => Used(recipe.Model.DropPath),
        ["repeated_aug"] = recipe => recipe.Data.AugRepeats > 0,
        ["gradient_clip"] = recipe => recipe.Optimizer.ClipGrad is not null,
        ["h_flip"] = recipe => recipe.Augment.HorizontalFlip > 0,
        ["rrc"] = recipe => recipe.Augment.Crop == CropMode.RandomResizedCrop,
        ["rand_augment"] = recipe => RandAugment().Match(recipe.Augment.AutoAugment ?? "") is { Success: true } match
            ? $"{match.Groups["magnitude"].Value}/{match.Groups["deviation"].Value}" : null,
        ["auto_augment"] = recipe => recipe.Augment.AutoAugment == "original",
        ["mixup"] = recipe => Used(recipe.Mix.Mixup),
        ["cutmix"] = recipe => Used(recipe.Mix.Cutmix),
        ["erasing"] = recipe => Used(recipe.Augment.ErasingProb),
        ["color_jitter"] = recipe => recipe.Augment.ColorJitter > 0,
        ["pca_lighting"] = recipe => recipe.Augment.Lighting > 0,
        ["swa"] = recipe => recipe.Swa.StartEpoch is not null,
        ["ema"] = recipe => recipe.Ema.Decay is not null,
        ["test_crop"] = recipe => recipe.Eval.CropPct,
        ["ce_loss"] = recipe => recipe.Loss.Name == LossKind.CrossEntropy,
        ["bce_loss"] = recipe => recipe.Loss.Name == LossKind.Bce,
        ["mixed_precision"] = recipe => recipe.Train.Precision is not (PrecisionMode.Fp32 or PrecisionMode.Tf32),
        ["top1"] = recipe => PublishedTop1(recipe),
    };

    public static TheoryData<string> Columns => [.. s_table.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)];

    [Theory]
    [MemberData(nameof(Columns))]
    public void AColumnOfTheTableIsARecipe(string column)
    {
        int index = Columns.ToList().FindIndex(row => row.Data == column);
        Recipe recipe = Load(column);
        var faults = new List<string>();
        foreach (JsonProperty row in s_table.GetProperty("rows").EnumerateObject().Where(row => s_rows.ContainsKey(row.Name)))
        {
            string asked = Cell(row.Value[index]), found = Cell(JsonSerializer.SerializeToElement(s_rows[row.Name](recipe)));
            output.WriteLine($"{row.Name,-18}{found}");
            if (asked != found)
            {
                faults.Add($"{row.Name}: the table has {asked}, the recipe {found}");
            }
        }

        Assert.Empty(faults);
    }

    /// <summary>Nothing of the table is passed over.</summary>
    [Fact]
    public void EveryRowIsCompared() =>
        Assert.Empty(s_table.GetProperty("rows").EnumerateObject().Select(row => row.Name).Except(s_rows.Keys));

    private static Recipe Load(string column) =>
        RecipeLoader.Load(PathOf(column), ["data.train=somewhere", "data.val=elsewhere"]).Recipe;

    private static string PathOf(string column) => Path.Combine(TestPaths.Repository, "configs", column.Replace('_', '-') + ".yaml");

    private static double? Used(double value) => value == 0 ? null : value;

    /// <summary>What the head of the recipe's file says.</summary>
    private static double PublishedTop1(Recipe recipe) =>
        Columns.Select(row => row.Data).Where(column => Load(column).Description == recipe.Description)
            .Select(column => Published().Match(File.ReadAllText(PathOf(column))).Groups["top1"].Value)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)).Single();

    /// <summary>"Not used" and "nothing to say" are one; a number is one whether it is whole or not.</summary>
    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => "-",
        JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    [GeneratedRegex(@"^rand-m(?<magnitude>[0-9.]+)-mstd(?<deviation>[0-9.]+)-inc1\z")]
    private static partial Regex RandAugment();

    [GeneratedRegex(@"Published on ImageNet-1k: (?<top1>[0-9.]+) % top-1")]
    private static partial Regex Published();
}
