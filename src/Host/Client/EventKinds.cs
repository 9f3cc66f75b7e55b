using System.Reflection;
using System.Text.Json;
using MessagePack;
using StreamTrainer.Host.Api;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Client;

/// <summary>Events as the API gives them, back to what they were.</summary>
internal static class EventKinds
{
    private static readonly Dictionary<string, Type> s_kinds = typeof(TrainingEvent).GetCustomAttributes<UnionAttribute>()
        .ToDictionary(union => JsonNamingPolicy.CamelCase.ConvertName(union.SubType.Name), union => union.SubType);

    /// <summary>An event; null where its kind is unknown here.</summary>
    public static TrainingEvent? Read(string kind, JsonElement data) =>
        s_kinds.TryGetValue(kind, out Type? type) ? (TrainingEvent?)data.Deserialize(type, ApiJson.Options) : null;
}
