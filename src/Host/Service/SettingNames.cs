using System.Reflection;

namespace StreamTrainer.Host.Service;

/// <summary>The names of all settings of the service, as <c>StreamTrainer:Runs</c>.</summary>
internal static class SettingNames
{
    /// <summary>All of them; sections are opened.</summary>
    public static string[] All { get; } = [.. Of(typeof(ServiceSettings), ServiceSettings.Section)];

    private static IEnumerable<string> Of(Type type, string prefix) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .SelectMany(property => property.PropertyType == typeof(SecuritySettings) ? Of(property.PropertyType, $"{prefix}:{property.Name}") : [$"{prefix}:{property.Name}"]);
}
