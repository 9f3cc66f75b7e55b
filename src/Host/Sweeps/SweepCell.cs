using System.Text.Json.Nodes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>One run of a sweep: what it sets.</summary>
/// <param name="Settings">Keys and values, in the file's order.</param>
internal sealed record SweepCell(IReadOnlyList<SweepSetting> Settings)
{
    /// <summary>The settings as <c>sweep.json</c> has them.</summary>
    public JsonObject Json() => new(Settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Json())));

    /// <summary>The value of a key; null where the cell does not set it.</summary>
    public SweepSetting? Find(string key) => Settings.FirstOrDefault(setting => setting.Key == key);

    /// <summary>A text that two sets have in common where they set the same, in whatever order.</summary>
    public static string Identity(JsonObject set) => string.Join('\n', set.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={each.Value?.ToJsonString()}"));

    /// <summary>The settings as a line for people.</summary>
    public override string ToString() => Line(Json());

    /// <summary>Settings as a line for people.</summary>
    public static string Line(JsonObject set) =>
        set.Count == 0 ? "(the recipe as it is)" : string.Join(" ", set.Select(each => $"{each.Key}={SweepJsonValue.Text(each.Value)}"));
}
