using Microsoft.Extensions.Configuration;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>The configuration to the typed settings, checked.</summary>
internal static class SettingsReader
{
    /// <summary>Reads them.</summary>
    /// <exception cref="UserErrorException">One is unknown, or its value is none.</exception>
    public static ServiceSettings Read(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(ServiceSettings.Section);
        foreach (string name in Leaves(section))
        {
            if (!SettingNames.All.Any(known => name.Equals(known, StringComparison.OrdinalIgnoreCase) || name.StartsWith(known + ":", StringComparison.OrdinalIgnoreCase)))
            {
                throw new UserErrorException($"there is no setting {name}{NearestName.Question(name, SettingNames.All)} docs/service.md has them all");
            }
        }

        var settings = new ServiceSettings();
        try
        {
            section.Bind(settings);
        }
        catch (InvalidOperationException error)
        {
            throw new UserErrorException($"{error.Message.TrimEnd('.')}: {error.InnerException?.Message ?? "it is no such value"}", error);
        }

        Check(settings.Restarts is >= 0 and <= 1000, nameof(settings.Restarts), "0 to 1000");
        Check(settings.BackOffSeconds is >= 0 and <= 86400, nameof(settings.BackOffSeconds), "0 to 86400 seconds");
        Check(settings.LongestBackOffSeconds is >= 0 and <= 86400, nameof(settings.LongestBackOffSeconds), "0 to 86400 seconds");
        Check(settings.Queue is >= 1 and <= 1_000_000, nameof(settings.Queue), "1 to 1000000");
        Check(settings.StopSeconds is >= 1 and <= 86400, nameof(settings.StopSeconds), "1 to 86400 seconds");
        Check(settings.Security.MaxBodyBytes is >= 1024 and <= 1 << 30, "Security:MaxBodyBytes", "1024 to 1073741824 bytes");
        Check(settings.Security.RequestsPerSecond >= 1, "Security:RequestsPerSecond", "1 or more");
        Check(settings.Security.ChangesPerSecond >= 1, "Security:ChangesPerSecond", "1 or more");
        Check(settings.Security.Streams >= 0, "Security:Streams", "0 or more");
        return settings;
    }

    private static void Check(bool right, string name, string allowed)
    {
        if (!right)
        {
            throw new UserErrorException($"{ServiceSettings.Section}:{name} is out of range; allowed: {allowed}");
        }
    }

    private static IEnumerable<string> Leaves(IConfigurationSection section) =>
        section.GetChildren().SelectMany(child => child.Value is not null ? [child.Path] : Leaves(child));
}
