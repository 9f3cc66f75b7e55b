using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>models [NAME]</c>: the architectures in figures, beside the paper's.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandOutput output)
    {
        Argument<string[]> names = SharedOptions.Argument<string[]>("NAME", "Architectures, or parts of names such as resnet; by default all.");
        names.Arity = ArgumentArity.ZeroOrMore;
        Option<int?> size = new("--size") { Description = "Side of the images to count for; by default Table 4's.", HelpName = "PIXELS" };
        Option<bool> json = SharedOptions.Json("the figures");
        var command = new Verb("models", """
            Lists the architectures: parameters, multiply-adds and activations, counted by walking through the network, and beside
            them Table 4 of "ResNet strikes back" with the differences.
            """,
            "models",
            "models resnet50 efficientnet --json",
            "models resnet50 --size 160")
        { names, size, json };
        command.SetAction(parsed =>
        {
            int? side = parsed.GetValue(size) is < 1 ? throw new UserErrorException("--size: at least 1") : parsed.GetValue(size);
            ModelFacts[] facts = [.. Chosen(parsed.GetValue(names) ?? []).Select(name => ModelFacts.Of(name, side))];
            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(facts, CommandJson.Default.ModelFactsArray));
            }
            else
            {
                Write(output.Out, facts);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>The architectures that words mean: each a whole name, else part of some.</summary>
    /// <exception cref="UserErrorException">One means nothing.</exception>
    public static IEnumerable<string> Chosen(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return ModelRegistry.Names;
        }

        return words.SelectMany(word =>
        {
            string[] found = ModelRegistry.Names.Contains(word) ? [word] : [.. ModelRegistry.Names.Where(name => name.Contains(word, StringComparison.OrdinalIgnoreCase))];
            return found.Length > 0
                ? found
                : throw new UserErrorException($"there is no architecture '{word}'{NearestName.Question(word, ModelRegistry.Names)}; 'models' lists them");
        }).Distinct(StringComparer.Ordinal);
    }

    private static void Write(TextWriter writer, ModelFacts[] facts)
    {
        int width = facts.Max(each => each.Name.Length);
        writer.WriteLine($"{"",-24}{"",24}".PadRight(width + 58) + "Table 4, and ours over it");
        writer.WriteLine($"{"name".PadRight(width)}  {"parameters",11} {"macs",15} {"activations",12} {"size",5} {"train",5} {"test",5}   {"M",6} {"",7}  {"G",5} {"",7}");
        foreach (ModelFacts each in facts)
        {
            string own = Format($"{each.Name.PadRight(width)}  {each.Parameters,11} {each.Macs,15} {each.Activations,12} {each.Resolution,5} {each.TrainSize,5} {each.TestSize,5}");
            string paper = each.Paper is { } row
                ? Format($"   {row.ParamsMillion,6:F1} {100 * row.ParamsDifference,6:+0.0;-0.0;0.0}%  {row.MacsBillion,5:F1} {100 * row.MacsDifference,6:+0.0;-0.0;0.0}%{(row.Agrees ? "" : "  differs")}")
                : "";
            writer.WriteLine(own + paper);
        }

        writer.WriteLine();
        writer.WriteLine("macs and activations of one image of side 'size', for 1000 classes; 'train' and 'test' are the sides that timm's weights are made for.");
        writer.WriteLine($"Table 4: {PaperTables.Citation(4)}");
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
