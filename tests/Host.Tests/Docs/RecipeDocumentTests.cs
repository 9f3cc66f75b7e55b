using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Docs;

/// <summary>docs/recipes.md names every key that there is, and no other.</summary>
public sealed partial class RecipeDocumentTests
{
    [Fact]
    public void Every_key_has_its_row_and_every_row_its_key()
    {
        string text = File.ReadAllText(Path.Combine(TestPaths.Repository, "docs", "recipes.md"));
        string[] documented = [.. Row().Matches(text).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(documented);
        Assert.Equal(documented.Distinct(), documented);
        Assert.Equal(Keys().Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        string[] pages =
        [
            Path.Combine(TestPaths.Repository, "README.md"), Path.Combine(TestPaths.Repository, "CONTRIBUTING.md"),
            .. Directory.EnumerateFiles(Path.Combine(TestPaths.Repository, "docs"), "*.md"),
        ];
        var broken = from page in pages
                     from match in Link().Matches(File.ReadAllText(page))
                     let target = match.Groups[1].Value
                     where !File.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
                     select $"{Path.GetFileName(page)}: {target}";
        Assert.Empty(broken);
    }

    private static IEnumerable<string> Keys() =>
        from section in typeof(Recipe).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where section.PropertyType != typeof(string)
        from key in section.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where key.SetMethod is not null
        select $"{JsonNamingPolicy.CamelCase.ConvertName(section.Name)}.{JsonNamingPolicy.CamelCase.ConvertName(key.Name)}";

    [GeneratedRegex(@"^\| `([a-z]\w*\.\w+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(([^)#:]+\.md)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();
}
