using System.CommandLine;
using System.Text.Json;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Timm;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>recipe schema</c>, <c>recipe check</c> and <c>recipe import</c>.</summary>
internal static class RecipeCommand
{
    public static Command Create(CommandOutput output) =>
        new Verb("recipe", "What a recipe may say, and whether one does.", "recipe check configs/*.yaml", "recipe schema > configs/recipe.schema.json", "recipe import args.yaml --processes 4 > recipe.yaml")
        {
            Schema(output),
            Check(output),
            Import(output),
        };

    private static Verb Schema(CommandOutput output)
    {
        var command = new Verb("schema", """
            Prints the JSON Schema of recipes, by which editors complete and check them.
            """,
            "recipe schema > configs/recipe.schema.json")
        { SharedOptions.Json("the schema, which is JSON anyway") };
        command.SetAction(_ =>
        {
            output.Out.WriteLine(RecipeSchema.Json());
            return ExitCodes.Success;
        });
        return command;
    }

    private static Verb Check(CommandOutput output)
    {
        Argument<string[]> recipes = SharedOptions.Argument<string[]>("RECIPE", "Recipes, YAML files.");
        recipes.Arity = ArgumentArity.OneOrMore;
        Option<string?> model = SharedOptions.Model();
        Option<string[]> set = SharedOptions.Set();
        Option<bool> json = SharedOptions.Json("what was found");
        var command = new Verb("check", """
            Checks recipes without training: keys, values, units, ranges, files that they extend. The exit code is 2 where one
            is wrong.
            """,
            "recipe check configs/*.yaml")
        { recipes, model, set, json };
        command.SetAction(parsed =>
        {
            RecipeFinding[] findings = [.. parsed.GetRequiredValue(recipes).Select(recipe => Find(recipe, parsed.GetValue(model), parsed.GetValue(set) ?? []))];
            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(findings, CommandJson.Default.RecipeFindingArray));
            }

            foreach (RecipeFinding finding in findings)
            {
                if (finding.Error is { } error)
                {
                    output.Error.WriteLine(Printable.Lines(error));
                }
                else if (!parsed.GetValue(json))
                {
                    output.Out.WriteLine(Printable.Text($"{finding.Recipe}: valid"));
                }
            }

            return findings.All(finding => finding.Valid) ? ExitCodes.Success : ExitCodes.UserError;
        });
        return command;
    }

    private static Verb Import(CommandOutput output)
    {
        Argument<string> file = SharedOptions.Argument<string>("ARGS", "The args.yaml that timm's train.py has written into its output folder.");
        Option<int> processes = new("--processes") { Description = "Processes that timm ran, each with batch_size images; the file does not say.", DefaultValueFactory = _ => 1, HelpName = "N" };
        Option<bool> json = SharedOptions.Json("the recipe and what became of each key");
        var command = new Verb("import", """
            Makes a recipe of the arguments of timm's train.py (0.5 to 1.0) and prints it, every key with its value. What it cannot say,
            and what timm has no option for, is listed on standard error and in the recipe's head, and the exit code is then 1.
            """,
            "recipe import args.yaml --processes 4 > recipe.yaml")
        { file, processes, json };
        command.SetAction(parsed =>
        {
            int count = parsed.GetValue(processes) is >= 1 and <= 65536 and var given ? given : throw new UserErrorException("--processes: 1 to 65536");
            var import = TimmImport.Of(parsed.GetRequiredValue(file), count);
            output.Out.Write(parsed.GetValue(json) ? JsonSerializer.Serialize(import, CommandJson.Default.TimmImport) + "\n" : import.Recipe);
            foreach (string finding in import.Findings())
            {
                output.Error.WriteLine(finding);
            }

            return import.Whole ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static RecipeFinding Find(string recipe, string? model, IReadOnlyList<string> overrides)
    {
        try
        {
            // Elsewhere the data lies elsewhere: a variable that is not set here is no fault of the recipe.
            RecipeLoader.Load(recipe, overrides, withData: false, model);
            return new RecipeFinding(recipe, Valid: true);
        }
        catch (UserErrorException error)
        {
            return new RecipeFinding(recipe, Valid: false) { Error = error.Message };
        }
    }
}
