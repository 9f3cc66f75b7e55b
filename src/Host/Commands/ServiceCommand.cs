using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>No command: the service. Its options are settings, given as <c>--key value</c> or <c>--key=value</c>.</summary>
internal static class ServiceCommand
{
    private static readonly Dictionary<string, string> s_short = new(StringComparer.OrdinalIgnoreCase)
    {
        ["runs"] = "StreamTrainer:Runs",
        ["slots"] = "StreamTrainer:Slots",
    };

    private static readonly string[] s_sections = ["StreamTrainer:", "Kestrel:", "Logging:"];
    private static readonly string[] s_names = ["urls", "environment", "AllowedHosts"];
    private static readonly string[] s_verbs = ["--help", "-h", "-?", "/?", "/h", "--version", "--verbose", "--server"];

    /// <summary>Whether a command line asks for the service: it has no command.</summary>
    public static bool Is(string[] args) => args.Length == 0 || (args[0].StartsWith("--", StringComparison.Ordinal) && !s_verbs.Contains(args[0].Split('=')[0]));

    /// <summary>The settings of a command line.</summary>
    /// <exception cref="UserErrorException">One is unknown, or has no value.</exception>
    public static IReadOnlyDictionary<string, string?> Settings(string[] args)
    {
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < args.Length; i++)
        {
            string word = args[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                throw new UserErrorException($"'{word}' is neither a command nor a setting; a command stands first (see '{CommandLine.Name} --help'), a setting is --key=value");
            }

            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = word[2..(equals < 0 ? word.Length : equals)];
            Check(key);
            string? value = equals >= 0 ? word[(equals + 1)..] : i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : null;
            settings[s_short.GetValueOrDefault(key, key)] = value ?? throw new UserErrorException($"--{key} needs a value, as --{key}=VALUE");
        }

        return settings;
    }

    private static void Check(string key)
    {
        string[] own = Service.SettingNames.All;
        string full = s_short.GetValueOrDefault(key, key);
        bool known = s_names.Contains(full, StringComparer.OrdinalIgnoreCase)
            || (full.StartsWith(s_sections[0], StringComparison.OrdinalIgnoreCase)
                ? own.Any(name => full.Equals(name, StringComparison.OrdinalIgnoreCase) || full.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                : s_sections.Any(section => full.StartsWith(section, StringComparison.OrdinalIgnoreCase)));
        if (!known)
        {
            string question = NearestName.Question(key, [.. s_short.Keys, .. s_names, .. own]);
            throw new UserErrorException($"there is no setting '--{key}'{(question.Length > 0 ? question : ";")} docs/service.md has them all");
        }
    }
}
