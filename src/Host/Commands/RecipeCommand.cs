using System.CommandLine;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>recipe schema</c> and <c>recipe check</c>.</summary>
internal static class RecipeCommand
{
    public static Command Create(CommandOutput output) => new("recipe", "What a recipe may say, and whether one does.") { Schema(output), Check(output) };

    private static Command Schema(CommandOutput output)
    {
        var command = new Command("schema", """
            Prints the JSON Schema of recipes, by which editors complete and check them.

            Example:
              streamtrainer recipe schema > configs/recipe.schema.json
            """);
        command.SetAction(_ =>
        {
            output.Out.WriteLine(RecipeSchema.Json());
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Check(CommandOutput output)
    {
        Argument<string[]> recipes = SharedOptions.Argument<string[]>("RECIPE", "Recipes, YAML files.");
        recipes.Arity = ArgumentArity.OneOrMore;
        Option<string[]> set = SharedOptions.Set();
        var command = new Command("check", """
            Checks recipes without training: keys, values, units, ranges, files that they extend.

            Example:
              streamtrainer recipe check configs/*.yaml
            """)
        { recipes, set };
        command.SetAction(parsed =>
        {
            int code = ExitCodes.Success;
            foreach (string recipe in parsed.GetRequiredValue(recipes))
            {
                try
                {
                    RecipeLoader.Load(recipe, parsed.GetValue(set) ?? []);
                    output.Out.WriteLine($"{recipe}: valid");
                }
                catch (UserErrorException error)
                {
                    output.Error.WriteLine(Printable.Lines(error.Message));
                    code = ExitCodes.UserError;
                }
            }

            return code;
        });
        return command;
    }
}
