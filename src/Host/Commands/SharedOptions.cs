using System.CommandLine;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Commands;

/// <summary>Options and arguments that several commands have.</summary>
internal static class SharedOptions
{
    /// <summary><c>--verbose</c>, of every command.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show all messages, and where in the program an error came from.",
        Recursive = true,
    };

    /// <summary><c>--server URL</c>, of those commands that can be asked of a service.</summary>
    public static Option<string?> Server { get; } = new("--server")
    {
        Description = "Ask this service instead, as http://trainer:5000: train and runs. STREAMTRAINER_API_KEY holds the key.",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json(string what) => new("--json") { Description = $"Print {what} as JSON, and nothing else, on standard output." };

    /// <summary><c>--quiet</c>.</summary>
    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Show no progress; warnings and errors still come." };

    /// <summary><c>--set key=value</c>, any number of times.</summary>
    public static Option<string[]> Set() => Checked(new Option<string[]>("--set")
    {
        Description = "Set a key of the recipe, as --set train.epochs=5; may be given several times.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    });

    /// <summary><c>--model NAME</c>.</summary>
    public static Option<string?> Model() =>
        Text("--model", "NAME", "Another model, with what the recipe's table of models (its key 'models') changes for it; --set wins.");

    /// <summary><c>--runs DIR</c>.</summary>
    public static Option<string> Runs(string description) => Checked(new Option<string>("--runs")
    {
        Description = description,
        HelpName = "DIR",
        DefaultValueFactory = _ => "runs",
    });

    /// <summary>An option that takes a text.</summary>
    public static Option<string?> Text(string name, string helpName, string description) =>
        Checked(new Option<string?>(name) { Description = description, HelpName = helpName });

    /// <summary>An option that takes one of an enumeration's names, in any case; null where it is not given.</summary>
    public static Option<T?> Choice<T>(string name, string helpName, string description)
        where T : struct, Enum => new(name)
        {
            Description = description,
            HelpName = helpName,
            // The library's own parser takes numbers, too, and names nothing when it takes none.
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                string[] names = [.. Enum.GetNames<T>().Select(each => each.ToLowerInvariant())];
                if (names.Contains(text.ToLowerInvariant()))
                {
                    return Enum.Parse<T>(text, ignoreCase: true);
                }

                string nearest = NearestName.Question(text, names);
                result.AddError($"{name}: there is no '{text}'{(nearest.Length > 0 ? nearest : ";")} there are {string.Join(", ", names)}");
                return null;
            },
        };

    /// <summary><c>--checkpoint</c>.</summary>
    public static Option<string> Checkpoint() => Checked(new Option<string>("--checkpoint")
    {
        Description = "Which checkpoint of the run: best, last, or a step's number.",
        HelpName = "best|last|STEP",
        DefaultValueFactory = _ => RunWeights.Best,
    });

    /// <summary><c>--raw</c>.</summary>
    public static Option<bool> Raw() => new("--raw") { Description = "Take the plain weights even where the run has an average of them." };

    /// <summary>An argument that an option with a typing error does not slip into.</summary>
    public static Argument<T> Argument<T>(string name, string description)
    {
        var argument = new Argument<T>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => IsOption(token.Value)))
            {
                result.AddError(ParseMistakes.UnknownOption(token.Value, result));
            }
        });
        return argument;
    }

    /// <summary>The same for an option's value: <c>--runs --quite</c> means no folder of that name.</summary>
    private static Option<T> Checked<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => IsOption(token.Value)))
            {
                result.AddError($"{option.Name} needs a value ({option.HelpName}), and '{token.Value}' is none");
            }
        });
        return option;
    }

    private static bool IsOption(string token) => token.StartsWith("--", StringComparison.Ordinal) && token.Length > 2;
}
