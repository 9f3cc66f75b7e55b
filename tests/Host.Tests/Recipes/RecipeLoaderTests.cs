using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>What a recipe, what it extends, overrides and environment variables come to.</summary>
public sealed class RecipeLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        Recipe recipe = RecipeLoader.Parse("""
            description: "A test: all kinds."
            model: {name: resnet18, numClasses: auto}
            data: {train: demo:train, val: ~, ringMemory: 1.5GiB, workers: 3, mean: [0, 0.5, 1]}
            optimizer: {name: adamW, lr: 1e-3, eps: auto, clipGrad: none}
            checkpoint: {every: 90s, everySteps: 0x10, everyEpochs: null}
            train: {precision: bf16, seed: 9223372036854775807, device: cuda:1, maxSteps: +7}
            augment: {alternatingFlip: True}
            ema:
            """, "r.yaml");
        Assert.Equal("A test: all kinds.", recipe.Description);
        Assert.Equal("resnet18", recipe.Model.Name);
        Assert.Null(recipe.Model.NumClasses);
        Assert.Equal("demo:train", recipe.Data.Train);
        Assert.Null(recipe.Data.Val);
        Assert.Equal(new ByteSize(3L << 29), recipe.Data.RingMemory);
        Assert.Equal(3, recipe.Data.Workers);
        Assert.Equal([0, 0.5, 1], recipe.Data.Mean);
        Assert.Equal(OptimizerKind.AdamW, recipe.Optimizer.Name);
        Assert.Equal(1e-3, recipe.Optimizer.Lr);
        Assert.Null(recipe.Optimizer.Eps);
        Assert.Null(recipe.Optimizer.ClipGrad);
        Assert.Equal(TimeSpan.FromSeconds(90), recipe.Checkpoint.Every);
        Assert.Equal(16, recipe.Checkpoint.EverySteps);
        Assert.Null(recipe.Checkpoint.EveryEpochs);
        Assert.Equal(PrecisionMode.Bf16, recipe.Train.Precision);
        Assert.Equal(long.MaxValue, recipe.Train.Seed);
        Assert.Equal("cuda:1", recipe.Train.Device);
        Assert.Equal(7, recipe.Train.MaxSteps);
        Assert.True(recipe.Augment.AlternatingFlip);
        Assert.Null(recipe.Ema.Decay);
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    public void Durations_have_units(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RecipeLoader.Parse($"{{data: {{train: a}}, checkpoint: {{every: {text}}}}}", "r").Checkpoint.Every);

    [Fact]
    public void A_recipe_goes_over_what_it_extends()
    {
        _folder.Write("base/root.yaml", "data: {train: a, val: b}\ntrain: {epochs: 3, batchSize: 8}\naugment: {scale: [0.1, 0.2]}\n");
        _folder.Write("base/middle.yaml", "extends: root.yaml\ntrain: {epochs: 5}\nloss: {name: bce}\n");
        string top = _folder.Write("top.yaml", "extends: base/middle.yaml\naugment: {scale: [0.3, 0.4]}\ndata: {val: none}\ntrain:\n");
        Recipe recipe = RecipeLoader.Load(top, []).Recipe;
        Assert.Equal("a", recipe.Data.Train);
        Assert.Null(recipe.Data.Val);
        Assert.Equal(5, recipe.Train.Epochs);
        Assert.Equal(8, recipe.Train.BatchSize);
        Assert.Equal([0.3, 0.4], recipe.Augment.Scale);
        Assert.Equal(LossKind.Bce, recipe.Loss.Name);
    }

    [Fact]
    public void An_error_in_a_base_names_the_base()
    {
        string below = _folder.Write("base.yaml", "\n\ntrain: {epochs: 0}\n");
        string top = _folder.Write("top.yaml", "extends: base.yaml\ndata: {train: a}\nmix: {mixup: -1}\n");
        string message = Fault(top);
        Assert.Contains($"\n{below}:3: train.epochs: 0 is out of range", message, StringComparison.Ordinal);
        Assert.Contains($"\n{top}:3: mix.mixup: -1 is out of range", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_recipes_is_named()
    {
        string a = _folder.Write("a.yaml", "# \nextends: b.yaml\n");
        string b = _folder.Write("b.yaml", "extends: a.yaml\n");
        Assert.Equal($"{b}:1: extends: the recipes extend each other in a circle: {a} -> {b} -> {a}", Fault(a));
        string self = _folder.Write("self.yaml", "extends: self.yaml\n");
        Assert.Equal($"{self}:1: extends: the recipes extend each other in a circle: {self} -> {self}", Fault(self));
    }

    [Fact]
    public void A_missing_base_is_named_with_the_line_that_asks_for_it()
    {
        _folder.Write("base.yaml", "");
        string top = _folder.Write("top.yaml", "# one\nextends: bsae.yaml\n");
        Assert.Equal($"{top}:2: extends: there is no recipe '{_folder["bsae.yaml"]}'; did you mean 'base.yaml'? The path is seen from the folder of {top}", Fault(top));
        string list = _folder.Write("list.yaml", "extends: [a.yaml, b.yaml]\n");
        Assert.Equal($"{list}:1: extends: found a list; allowed: the path of one recipe, as extends: base.yaml", Fault(list));
    }

    [Fact]
    public void A_recipe_that_cannot_be_read_is_named()
    {
        _folder.Write("cifar10.yaml", "");
        Assert.Equal($"there is no recipe '{_folder["cifar1.yaml"]}'; did you mean 'cifar10.yaml'?", Fault(_folder["cifar1.yaml"]));
        Assert.Equal($"there is no recipe '{_folder["no/such.yaml"]}'", Fault(_folder["no/such.yaml"]));
        Assert.Equal($"'{_folder.Path}' is a folder, not a recipe; name the .yaml file", Fault(_folder.Path));
    }

    [Fact]
    public void Overrides_win_and_the_last_one_most()
    {
        string file = _folder.Write("r.yaml", "data: {train: a}\ntrain: {epochs: 3, batchSize: 8}\n");
        LoadedRecipe loaded = RecipeLoader.Load(file,
            ["train.epochs=4", "train.epochs=5", "augment.scale=[0.2, 0.9]", "data.train=b #1: c", "data.val='none'", "description=", "loss={name: bce}", "checkpoint.everyEpochs=none"]);
        Assert.Equal(file, loaded.Path);
        Assert.Equal(5, loaded.Recipe.Train.Epochs);
        Assert.Equal(8, loaded.Recipe.Train.BatchSize);
        Assert.Equal([0.2, 0.9], loaded.Recipe.Augment.Scale);
        Assert.Equal("b #1: c", loaded.Recipe.Data.Train);
        Assert.Equal("none", loaded.Recipe.Data.Val);
        Assert.Equal(LossKind.Bce, loaded.Recipe.Loss.Name);
        Assert.Null(loaded.Recipe.Checkpoint.EveryEpochs);
    }

    [Theory]
    [InlineData("optimizer.lrr=1", "--set optimizer.lrr=1: optimizer.lrr: unknown key; did you mean 'lr'? Known: ")]
    [InlineData("train.epochs=ten", "--set train.epochs=ten: train.epochs: found 'ten'; allowed: a whole number from 1 to 1000000")]
    [InlineData("train.epochs", "--set train.epochs: not an override; write --set section.key=value, as --set train.epochs=10")]
    [InlineData(".epochs=1", "--set .epochs=1: not an override; ")]
    [InlineData("=1", "--set =1: not an override; ")]
    [InlineData("extends=a.yaml", "--set extends=a.yaml: extends belongs into a file")]
    [InlineData("augment.scale=[1", "--set augment.scale=[1: not YAML: ")]
    [InlineData("train=1", "--set train=1: train: found '1'; allowed: a section of keys with values")]
    [InlineData("mix.mixup=1", "r.yaml:2: train.batchSize: 7 is odd")]
    public void An_override_in_error_is_named(string assignment, string message)
    {
        string file = _folder.Write("r.yaml", "data: {train: a}\ntrain: {batchSize: 7}\n");
        string fault = Assert.Throws<UserErrorException>(() => RecipeLoader.Load(file, [assignment])).Message;
        Assert.StartsWith(message, fault.Replace(file, "r.yaml", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_take_environment_variables()
    {
        Environment.SetEnvironmentVariable("STREAMTRAINER_TEST_PATH", "/data with space");
        Recipe recipe = RecipeLoader.Parse(
            "data: {train: '${STREAMTRAINER_TEST_PATH}/x/${STREAMTRAINER_TEST_UNSET:-y z}', val: '$${A}$B'}\ndescription: ${NOT_A_PATH}", "r.yaml");
        Assert.Equal("/data with space/x/y z", recipe.Data.Train);
        Assert.Equal("${A}$B", recipe.Data.Val);
        Assert.Equal("${NOT_A_PATH}", recipe.Description);
        Assert.Equal(recipe, RecipeLoader.Parse(RecipeWriter.Write(recipe), "again"));
    }

    [Fact]
    public void A_variable_that_is_not_set_is_named_with_what_to_do()
    {
        Assert.Equal(
            "r.yaml:2: data.train: the environment variable STREAMTRAINER_TEST_UNSET is not set; set it with export STREAMTRAINER_TEST_UNSET=FOLDER, or give the path with --set data.train=PATH",
            Assert.Throws<UserErrorException>(() => RecipeLoader.Parse("data:\n  train: ${STREAMTRAINER_TEST_UNSET}/train.tar", "r.yaml")).Message);
        Assert.Equal(
            "r.yaml:1: data.train: 'a/${1}' has a '${' that is no variable; write ${NAME} or ${NAME:-default}, or $${ for the signs themselves",
            Assert.Throws<UserErrorException>(() => RecipeLoader.Parse("data: {train: 'a/${1}'}", "r.yaml")).Message);
    }

    [Fact]
    public void Aliases_stand_for_what_they_name()
    {
        Recipe recipe = RecipeLoader.Parse("data: {train: a, mean: &half [0.5, 0.5, 0.5], std: *half}", "r.yaml");
        Assert.Equal([0.5, 0.5, 0.5], recipe.Data.Std);
    }

    private static string Fault(string path) => Assert.Throws<UserErrorException>(() => RecipeLoader.Load(path, [])).Message;
}
