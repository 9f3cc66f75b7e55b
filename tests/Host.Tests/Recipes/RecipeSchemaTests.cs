using System.Text.Json;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>The committed schema is the program's, and says what the loader says.</summary>
public class RecipeSchemaTests
{
    private static readonly JsonElement s_schema = JsonDocument.Parse(RecipeSchema.Json()).RootElement;

    [Fact]
    public void The_committed_schema_is_current()
    {
        string file = Path.Combine(TestPaths.Repository, "configs", "recipe.schema.json");
        Assert.True(File.Exists(file) && File.ReadAllText(file).TrimEnd() == RecipeSchema.Json(),
            "configs/recipe.schema.json is not what the options say; make it again: dotnet run -c Release --project src/Host -- recipe schema > configs/recipe.schema.json");
    }

    [Fact]
    public void Shipped_recipes_load_and_fit_the_schema()
    {
        string configs = Path.Combine(TestPaths.Repository, "configs");
        foreach (string file in ((string[])[configs, Path.Combine(configs, "transfer")]).SelectMany(folder => Directory.EnumerateFiles(folder, "*.yaml")))
        {
            // Data need not be there: only its path is looked at.
            RecipeLoader.Load(file, ["data.train=somewhere", "data.val=elsewhere"]);
            Assert.Equal([], SchemaChecker.Faults(s_schema, Nodes(File.ReadAllText(file)), file));
        }
    }

    [Fact]
    public void What_the_writer_writes_fits_the_schema()
    {
        var recipe = new Recipe { Data = new DataOptions { Train = "a", RingMemory = new ByteSize(1 << 20) }, Checkpoint = new CheckpointOptions { Every = TimeSpan.FromMinutes(5) } };
        Assert.Empty(SchemaChecker.Faults(s_schema, Nodes(RecipeWriter.Write(recipe))));
    }

    [Theory]
    [InlineData("train: {epochs: 0}")]
    [InlineData("train: {epochs: 1.5}")]
    [InlineData("train: {epochz: 1}")]
    [InlineData("train: {threads: none}")]
    [InlineData("train: {maxSteps: auto}")]
    [InlineData("augment: {scale: [0.1]}")]
    [InlineData("augment: {scale: [0.1, 2]}")]
    [InlineData("eval: {interpolation: random}")]
    [InlineData("optimizer: {name: adam}")]
    [InlineData("checkpoint: {every: 30}")]
    [InlineData("checkpoint: {every: 30sec}")]
    [InlineData("data: {ringMemory: 5XB}")]
    [InlineData("data: {train: ''}")]
    [InlineData("model: 3")]
    [InlineData("modell: {}")]
    [InlineData("extends: [a, b]")]
    public void What_the_loader_refuses_the_schema_refuses(string yaml)
    {
        Assert.NotEmpty(SchemaChecker.Faults(s_schema, Nodes(yaml)));
        Assert.Throws<Pipeline.UserErrorException>(() => RecipeLoader.Parse(yaml, "r"));
    }

    [Fact]
    public void Every_key_is_described()
    {
        foreach (JsonProperty section in s_schema.GetProperty("properties").EnumerateObject())
        {
            Assert.NotEmpty(section.Value.GetProperty("description").GetString()!);
            if (section.Value.TryGetProperty("properties", out JsonElement keys))
            {
                Assert.All(keys.EnumerateObject(), key => Assert.NotEmpty(key.Value.GetProperty("description").GetString()!));
            }
        }
    }

    private static MapNode Nodes(string yaml) => YamlReader.ReadDocument(yaml, "r", new RecipeErrors())!;
}
