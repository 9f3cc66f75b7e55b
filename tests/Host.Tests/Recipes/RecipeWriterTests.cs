using CsCheck;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>What is written loads back to the same recipe.</summary>
public class RecipeWriterTests
{
    private static readonly Gen<string> s_texts = Gen.OneOf(
        Gen.String,
        Gen.String[OneOf([.. " :#-\"'\\{}[]$~,\n\té日0.1e"]), 0, 12],
        OneOf("none", "auto", "null", "~", "true", "1", "0x1F", "1e3", ".inf", "a: b", "a #b", " a", "a ", "demo:train", "C:\\x", "${A}", "$${A}", "-", "---", "..."));

    [Fact]
    public void Every_recipe_loads_back_equal()
    {
        Gen<Recipe> recipes =
            from text in s_texts
            from train in s_texts
            from val in s_texts.Null()
            from lr in Gen.Double[0, 1000]
            from eps in Gen.Double[1e-30, 1].Nullable()
            from seed in Gen.Long[0, long.MaxValue]
            from ticks in Gen.Long[1, TimeSpan.TicksPerDay * 400].Nullable()
            from size in Gen.Long[0, 1L << 50].Nullable()
            from scale in Gen.Double[0, 1].Array[2]
            from shuffle in Gen.Select(Gen.Int[0, 99], Gen.Int[0, 99], (block, more) => block == 0 ? Shuffle.Full : new Shuffle(block, block + more))
            select new Recipe
            {
                Description = Storable(text),
                Data = new DataOptions
                {
                    Train = Storable(train).Length == 0 ? "a" : Storable(train),
                    Val = val is null ? null : Storable(val),
                    Shuffle = shuffle,
                    RingMemory = size is { } bytes ? new ByteSize(bytes) : null,
                },
                Optimizer = new OptimizerOptions { Name = OptimizerKind.Lamb, Lr = lr, Eps = eps },
                Train = new TrainOptions { Seed = seed },
                Checkpoint = new CheckpointOptions { Every = ticks is { } count ? TimeSpan.FromTicks(count) : null },
                Augment = new AugmentOptions { Scale = [.. scale.Order()] },
            };
        recipes.Sample(
            recipe =>
            {
                string text = RecipeWriter.Write(recipe);
                Recipe again = RecipeLoader.Parse(text, "again");
                Assert.Equal(recipe.Description, again.Description);
                Assert.Equal(recipe.Data.Train, again.Data.Train);
                Assert.Equal(recipe.Data.Val, again.Data.Val);
                Assert.Equal(recipe.Data.RingMemory, again.Data.RingMemory);
                Assert.Equal(recipe.Data.Shuffle, again.Data.Shuffle);
                Assert.Equal(recipe.Optimizer with { Betas = again.Optimizer.Betas }, again.Optimizer);
                Assert.Equal(recipe.Train with { Only = again.Train.Only }, again.Train);
                Assert.Equal(recipe.Train.Only, again.Train.Only);
                Assert.Equal(recipe.Checkpoint, again.Checkpoint);
                Assert.Equal(recipe.Augment.Scale, again.Augment.Scale);
                Assert.Equal(again, RecipeLoader.Parse(RecipeWriter.Write(again), "third"));
                Assert.Equal(text, RecipeWriter.Write(again));
            },
            iter: 2000);
    }

    [Fact]
    public void A_recipe_is_written_whole_with_a_comment_for_each_section()
    {
        string text = RecipeWriter.Write(new Recipe { Data = new DataOptions { Train = "a" } });
        foreach (RecipeKey section in RecipeKey.Of(typeof(Recipe)).Where(key => key.Scalar is null))
        {
            Assert.Contains($"\n# {section.Description}\n{section.Name}:\n", text, StringComparison.Ordinal);
            Assert.All(RecipeKey.Of(section.ValueType), key => Assert.Contains($"\n  {key.Name}: ", text, StringComparison.Ordinal));
        }

        Assert.Contains("\n  workers: auto\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  val: none\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  warmupLr: 1e-5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipes_of_equal_values_are_equal_and_others_are_not()
    {
        const string yaml = "data: {train: a, mean: [0.1, 0.2, 0.3]}";
        Recipe recipe = RecipeLoader.Parse(yaml, "r");
        Assert.Equal(recipe, RecipeLoader.Parse(yaml, "r"));
        Assert.Equal(recipe.GetHashCode(), RecipeLoader.Parse(yaml, "r").GetHashCode());
        Assert.NotEqual(recipe, RecipeLoader.Parse("data: {train: a, mean: [0.1, 0.2, 0.4]}", "r"));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    // UTF-8, and so a file, has no lone surrogates; the rest of Unicode it has.
    private static string Storable(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
