using System.CommandLine;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>The options by which a command is told which weights to use, and of what.</summary>
internal sealed class WeightsOptions
{
    /// <summary>The word for the argument, in help and mistakes.</summary>
    public const string ArgumentName = "RUN|WEIGHTS";

    private const string What = "A run's directory, a file (safetensors or .pth, with --recipe or --model), or a model of the hub such as timm/resnet50.a1_in1k.";

    private readonly Option<string?> _weights = SharedOptions.Text("--weights", "FILE|NAME", "The same as RUN|WEIGHTS, as an option.");
    private readonly Option<string?> _recipe = SharedOptions.Text("--recipe", "FILE", "The recipe; by default the run's own.");
    private readonly Option<string?> _model = SharedOptions.Text("--model", "NAME", "The architecture of a file of weights, where no recipe says it.");
    private readonly Option<string> _checkpoint = SharedOptions.Checkpoint();
    private readonly Option<bool> _raw = SharedOptions.Raw();

    /// <summary>The argument; it may be left out where the option is there.</summary>
    public Argument<string?> Argument { get; } = MakeArgument();

    /// <summary>Gives a command the argument and the options.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, Argument);
        foreach (Option option in (Option[])[_weights, _recipe, _model, _checkpoint, _raw])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(Argument) is null or { Tokens.Count: 0 } && result.GetResult(_weights) is null)
            {
                result.AddError($"{ArgumentName} is missing: {What}");
            }
        });
    }

    /// <summary>Whether the weights are told by the option, and the argument is something else.</summary>
    public bool AreNamedByOption(ParseResult parsed) => parsed.GetValue(_weights) is not null;

    /// <summary>Finds the weights.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="withData">Whether the recipe's data is used.</param>
    /// <param name="note">Told what is downloaded.</param>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public RunWeights Find(ParseResult parsed, bool withData, Action<string> note) => RunWeights.Find(
        parsed.GetValue(_weights) ?? parsed.GetValue(Argument)!, parsed.GetValue(_recipe), parsed.GetValue(_model), parsed.GetRequiredValue(_checkpoint), parsed.GetValue(_raw), withData, note);

    /// <summary>Finds other weights, by the same options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">Their name; of a run, its own recipe counts.</param>
    /// <param name="note">Told what is downloaded.</param>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public RunWeights FindOther(ParseResult parsed, string name, Action<string> note)
    {
        bool file = File.Exists(name);
        return RunWeights.Find(
            name, file ? parsed.GetValue(_recipe) : null, file ? parsed.GetValue(_model) : null, parsed.GetRequiredValue(_checkpoint), parsed.GetValue(_raw), withData: false, note);
    }

    private static Argument<string?> MakeArgument()
    {
        Argument<string?> argument = SharedOptions.Argument<string?>(ArgumentName, What);
        argument.Arity = ArgumentArity.ZeroOrOne;
        return argument;
    }
}
