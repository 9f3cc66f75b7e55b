using System.Text.RegularExpressions;

namespace StreamTrainer.Host.Hub;

/// <summary>A repository of the hub, as a user names it: <c>timm/resnet50.a1_in1k</c>, or with a revision <c>timm/resnet50.a1_in1k@main</c>.</summary>
internal sealed partial record HubRepository(string Owner, string Name, string Revision)
{
    /// <summary>A path to a file that is missing is no repository.</summary>
    private static readonly string[] s_files = [".safetensors", ".pth", ".pt", ".bin"];

    /// <summary>The repository that a text names; none: it names none.</summary>
    public static HubRepository? Parse(string text) => !s_files.Any(end => text.EndsWith(end, StringComparison.OrdinalIgnoreCase)) && Pattern().Match(text) is { Success: true } match
        ? new HubRepository(match.Groups["owner"].Value, match.Groups["name"].Value, match.Groups["revision"] is { Success: true, Value: var revision } ? revision : "main")
        : null;

    /// <inheritdoc/>
    public override string ToString() => Revision == "main" ? $"{Owner}/{Name}" : $"{Owner}/{Name}@{Revision}";

    // No part begins with a dot: none can be the folder above.
    [GeneratedRegex(@"^(?<owner>[A-Za-z0-9_][A-Za-z0-9._-]*)/(?<name>[A-Za-z0-9_][A-Za-z0-9._-]*)(@(?<revision>[A-Za-z0-9_][A-Za-z0-9._-]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
