using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Timm;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Timm;

/// <summary>The table of timm's options: every one that there is, where it goes, and the page that says so.</summary>
public sealed class TimmOptionsTests
{
    /// <summary>The keys that <c>args.yaml</c> of timm 0.5.4, 0.9.12, 1.0.15 and 1.0.29 has.</summary>
    private static readonly string[] s_keys = File.ReadAllLines(Path.Combine(TestPaths.Repository, "tests", "timm", "keys.txt"));

    [Fact]
    public void Every_option_that_timm_has_had_is_known_and_no_other() =>
        Assert.Equal(s_keys.Order(StringComparer.Ordinal), TimmOptions.All.Select(option => option.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void The_keys_are_a_recipes()
    {
        string[] keys =
        [
            .. from section in RecipeKey.Of(typeof(Recipe))
               where section.Scalar is null
               from key in RecipeKey.Of(section.ValueType)
               select $"{section.Name}.{key.Name}",
        ];
        Assert.Empty(TimmOptions.All.SelectMany(option => option.Keys).Except(keys));
        Assert.All(TimmOptions.All.Where(option => option.Fate == TimmFate.Mapped), option => Assert.NotEmpty(option.Keys));
        Assert.All(TimmOptions.All.Where(option => option.Fate != TimmFate.Mapped), option => Assert.NotEmpty(option.Note));
    }

    /// <summary>A line of the table that says "mapped" and is not would be a promise.</summary>
    [Fact]
    public void What_is_said_to_be_mapped_is_read_and_nothing_else_is()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "args.yaml");
        File.WriteAllText(file, "model: resnet50\n");
        TimmArgs args = TimmArgs.Read(file);
        TimmImport.Convert(args, 1);
        Assert.Equal(TimmOptions.All.Where(option => option.Fate == TimmFate.Mapped).Select(option => option.Key).Order(StringComparer.Ordinal), args.ReadKeys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_has_every_option_as_the_table_has_it()
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestPaths.Repository, "docs", "migrating-from-timm.md"));
        Assert.All(TimmOptions.All, option => Assert.Single(lines, line => line == Row(option)));
        Assert.Equal(TimmOptions.All.Count, lines.Count(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    private static string Row(TimmOption option)
    {
        string name = option.Name == "data" ? "`data`" : $"`--{option.Name}`", keys = string.Join(", ", option.Keys.Select(key => $"`{key}`"));
        return option.Fate == TimmFate.Mapped ? $"| {name} | {keys} | {option.Note} |" : $"| {name} | {option.Note}{(keys.Length > 0 ? $" ({keys})" : "")} |";
    }
}
