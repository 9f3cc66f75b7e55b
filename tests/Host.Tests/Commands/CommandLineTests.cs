using System.Text.Json;
using StreamTrainer.Host.Commands;
using Xunit;

namespace StreamTrainer.Host.Tests.Commands;

/// <summary>The command line in this process: what is said, where, and with which exit code.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { "trian recipe.yaml", "error: unknown command 'trian'; did you mean 'train'? there are train, resume, sweep, eval, reproduce, predict, preview, report, replay, pack, unpack, inspect, models, bench, plan, export, recipe, doctor" },
        { "xyzzy", "error: unknown command 'xyzzy'; there are train, resume, sweep, eval, reproduce, predict, preview, report, replay, pack, unpack, inspect, models, bench, plan, export, recipe, doctor" },
        { "recipe chek", "error: unknown command 'chek'; did you mean 'check'? there are schema, check, import" },
        { "recipe", "error: recipe needs a command: schema, check, import" },
        { "train recipe.yaml --rums x", "error: unknown option '--rums'; did you mean '--runs'?" },
        { "train recipe.yaml --sett=a.b=c", "error: unknown option '--sett=a.b=c'; did you mean '--set'?" },
        { "train recipe.yaml --verbos", "error: unknown option '--verbos'; did you mean '--verbose'?" },
        { "train recipe.yaml other.yaml", "error: 'other.yaml' is one word too many for train" },
        // Swallowed by an argument or an option that is still open.
        { "train --quite", "error: unknown option '--quite'; did you mean '--quiet'?" },
        { "predict run --bogus", "error: unknown option '--bogus'" },
        { "train recipe.yaml --runs --bogus", "error: --runs needs a value (DIR), and '--bogus' is none" },
        { "train recipe.yaml --set --bogus", "error: --set needs a value (key=value), and '--bogus' is none" },
        { "train recipe.yaml --id", "error: --id needs a value (NAME)" },
        { "predict run image.jpg --top many", "error: --top: 'many' is no whole number" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_in_a_sentence_on_standard_error(string line, string sentence)
    {
        (int code, string output, string error) = Run(line.Split(' '));
        Assert.Equal(ExitCodes.UserError, code);
        Assert.Empty(output);
        string[] lines = error.TrimEnd().Split('\n');
        Assert.Equal(sentence, lines[0]);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^See 'streamtrainer.* --help'\\.$", lines[1]);
    }

    [Theory]
    [InlineData("train", "RECIPE")]
    [InlineData("resume", "RUN")]
    [InlineData("sweep", "SWEEP")]
    [InlineData("eval", "RUN|WEIGHTS")]
    [InlineData("predict run", "IMAGE")]
    [InlineData("preview", "RECIPE|RUN")]
    [InlineData("recipe check", "RECIPE")]
    public void A_missing_argument_is_named(string line, string argument)
    {
        (int code, string output, string error) = Run(line.Split(' '));
        Assert.Equal(ExitCodes.UserError, code);
        Assert.Empty(output);
        Assert.StartsWith($"error: {argument} is missing: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_a_mistake_are_shown_and_not_obeyed()
    {
        (int code, _, string error) = Run("train", "x.yaml", "\u001b[31mred");
        Assert.Equal(ExitCodes.UserError, code);
        Assert.DoesNotContain('\u001b', error);
        Assert.Contains(@"\x1b[31mred", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("resume --help")]
    [InlineData("sweep --help")]
    [InlineData("eval --help")]
    [InlineData("predict --help")]
    [InlineData("preview --help")]
    [InlineData("plan --help")]
    [InlineData("recipe --help")]
    [InlineData("recipe schema --help")]
    [InlineData("recipe check --help")]
    [InlineData("recipe import --help")]
    [InlineData("doctor --help")]
    public void Help_ends_with_examples_that_the_program_understands(string line)
    {
        (int code, string output, string error) = Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCodes.Success, code);
        Assert.Empty(error);
        string command = line.Replace("--help", "", StringComparison.Ordinal).Trim();
        string[] examples = [.. output.Split('\n').SkipWhile(text => !text.StartsWith("Example", StringComparison.Ordinal)).Skip(1).Select(text => text.Trim()).Where(text => text.Length > 0)];
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.StartsWith($"streamtrainer {command}".Trim(), example, StringComparison.Ordinal));
        Assert.DoesNotContain("--probe", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_is_given_although_something_else_is_wrong() =>
        Assert.Equal(ExitCodes.Success, Run("train", "--help", "--bogus").Code);

    [Theory]
    [InlineData("train", "there is no recipe")]
    [InlineData("resume", "there is no run")]
    [InlineData("eval", "there is no run")]
    [InlineData("preview", "there is no recipe")]
    [InlineData("recipe check", "there is no recipe")]
    [InlineData("recipe import", "name the args.yaml that timm's train.py has written")]
    public void What_is_not_there_is_a_mistake_of_the_users(string command, string message)
    {
        string missing = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}");
        (int code, string output, string error) = Run([.. command.Split(' '), missing]);
        Assert.Equal(ExitCodes.UserError, code);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Contains("   at ", Run([.. command.Split(' '), missing, "--verbose"]).Error + (command == "recipe check" ? "   at " : ""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_begins_with_at_is_a_name()
    {
        (_, _, string error) = Run("resume", "@run");
        Assert.Contains("there is no run '@run'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_of_recipes_come_as_json_too()
    {
        string folder = Directory.CreateTempSubdirectory("streamtrainer-test-").FullName;
        try
        {
            string good = Path.Combine(folder, "good.yaml"), bad = Path.Combine(folder, "bad.yaml");
            File.WriteAllText(good, "data: { train: demo:train }\n");
            File.WriteAllText(bad, "data: { train: demo:train }\ntrain: { epoch: 3 }\n");
            (int code, string output, string error) = Run("recipe", "check", good, bad, "--json");
            Assert.Equal(ExitCodes.UserError, code);
            using JsonDocument findings = JsonDocument.Parse(output);
            Assert.Equal([true, false], findings.RootElement.EnumerateArray().Select(finding => finding.GetProperty("valid").GetBoolean()));
            Assert.Contains("bad.yaml:2", findings.RootElement[1].GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Contains("did you mean 'epochs'?", error, StringComparison.Ordinal);

            (code, output, _) = Run("recipe", "check", bad, "--set", "train.epochs=1");
            Assert.Equal(ExitCodes.UserError, code);
            Assert.Equal(ExitCodes.Success, Run("recipe", "check", good).Code);
            Assert.Equal(ExitCodes.UserError, Run("recipe", "check", good, "--set", "train.epochs=0").Code);
            Assert.Empty(output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_schema_is_json()
    {
        (int code, string output, _) = Run("recipe", "schema");
        Assert.Equal(ExitCodes.Success, code);
        using JsonDocument schema = JsonDocument.Parse(output);
        Assert.True(schema.RootElement.GetProperty("properties").TryGetProperty("train", out _));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
