using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Service;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Docs;

/// <summary>docs/service.md has a row for every setting, in the words that stand beside it.</summary>
public sealed partial class ServiceDocumentTests
{
    [Fact]
    public void Every_setting_has_its_row_and_every_row_its_setting()
    {
        string text = File.ReadAllText(Path.Combine(TestPaths.Repository, "docs", "service.md"));
        string[] documented = [.. Row().Matches(text).Select(match => $"{match.Groups[1].Value}: {match.Groups[2].Value}")];
        Assert.Equal(Settings(typeof(ServiceSettings), "StreamTrainer").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Settings(Type type, string prefix) => type.GetProperties().SelectMany(property => property.PropertyType == typeof(SecuritySettings)
        ? Settings(property.PropertyType, $"{prefix}:{property.Name}")
        : [$"{prefix}:{property.Name}: {property.GetCustomAttribute<DescriptionAttribute>()!.Description}"]);

    [GeneratedRegex(@"^\| `(StreamTrainer:[\w:]+)` \| [^|]*\| (.+) \|$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
