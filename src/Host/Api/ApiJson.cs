using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Api;

/// <summary>How the API writes JSON, and its client reads it.</summary>
internal static class ApiJson
{
    /// <summary>The same, by itself.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Sets it up.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // A loss may be no number: it is a text then, as in the files of a run.
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.MaxDepth = 16;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        // A later server may say more than this client knows.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        return options;
    }
}
