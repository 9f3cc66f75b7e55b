using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>What of the service's environment a run's process does not get, and what it gets besides. What a run is to know of the
/// service that started it (where its telemetry goes, say) is put here.</summary>
internal static class LaunchVariables
{
    /// <summary>W3C's trace context, as a variable.</summary>
    public const string TraceParent = "TRACEPARENT";

    // The service's own: where it listens, and a client's key.
    private static readonly string[] s_own = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "URLS", "STREAMTRAINER_API_KEY"];

    /// <summary>The variables of a run's process; null takes one away.</summary>
    public static IReadOnlyDictionary<string, string?> Of(RunTicket ticket, IReadOnlyDictionary<string, string> devices)
    {
        Dictionary<string, string?> variables = s_own.ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        variables[TraceParent] = ticket.TraceParent;
        foreach ((string name, string value) in devices)
        {
            variables[name] = value;
        }

        return variables;
    }
}
