using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>A run's directory is there whole or not at all.</summary>
public sealed class RunDirectoryTests : IDisposable
{
    private static readonly Recipe s_recipe = RecipeLoader.Parse("data: {train: demo:train}\nmodel: {name: resnet18}\ntrain: {epochs: 2}", "r.yaml");

    private readonly TemporaryFolder _folder = new();

    private string Runs => _folder["runs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_run_holds_its_recipe_and_its_environment()
    {
        RunDirectory run = RunDirectory.Create(Runs, "one", s_recipe, ["train", "r.yaml"]);
        Assert.Equal("one", run.Id);
        Assert.Equal(Path.Combine(Runs, "one"), run.Path);
        Assert.True(Directory.Exists(run.CheckpointDirectory));
        Assert.Equal(s_recipe, run.ReadRecipe());
        Assert.Equal(s_recipe, RunDirectory.Open(run.Path + Path.DirectorySeparatorChar).ReadRecipe());
        RunEnvironment environment = RunEnvironment.Read(run);
        Assert.Equal(["train", "r.yaml"], environment.CommandLine);
        Assert.Equal(Environment.CurrentDirectory, environment.WorkingDirectory);
        Assert.Equal(Environment.ProcessorCount, environment.Machine.Cores);
        Assert.All(["TorchSharp", "libtorch", "NetVips", "libvips"], name => Assert.NotEmpty(environment.Libraries[name]));
        Assert.Equal([run.Path], Directory.GetFileSystemEntries(Runs));
    }

    [Fact]
    public void The_environment_keeps_only_the_programs_own_variables()
    {
        Environment.SetEnvironmentVariable("STREAMTRAINER_TEST_KEPT", "kept");
        Environment.SetEnvironmentVariable("TEST_OTHER_VARIABLE", "hunter2");
        Environment.SetEnvironmentVariable("STREAMTRAINER_TEST_TOKEN", "hunter2");
        RunDirectory run = RunDirectory.Create(Runs, "one", s_recipe, []);
        Assert.Equal("kept", RunEnvironment.Read(run).Variables["STREAMTRAINER_TEST_KEPT"]);
        Assert.DoesNotContain("hunter2", File.ReadAllText(run.EnvironmentFile), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_not_given_differ()
    {
        string[] ids = [.. Enumerable.Range(0, 4).Select(_ => RunDirectory.Create(Runs, null, s_recipe, []).Id)];
        Assert.Equal(4, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches(@"^\d{8}-\d{6}-resnet18(-\d)?$", id));
    }

    [Fact]
    public void A_run_that_exists_is_not_touched()
    {
        RunDirectory run = RunDirectory.Create(Runs, "one", s_recipe, []);
        string before = File.ReadAllText(run.RecipeFile);
        string message = Assert.Throws<UserErrorException>(() => RunDirectory.Create(Runs, "one", s_recipe with { Description = "other" }, [])).Message;
        Assert.Equal($"run one exists in '{Runs}'; resume it with: resume {run.Path}, or choose another --id", message);
        Assert.Equal(before, File.ReadAllText(run.RecipeFile));
        Assert.Single(Directory.GetFileSystemEntries(Runs));
        File.WriteAllText(Path.Combine(Runs, "file"), "");
        Assert.StartsWith("run file exists", Assert.Throws<UserErrorException>(() => RunDirectory.Create(Runs, "file", s_recipe, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_make_the_same_run_at_once_one_does()
    {
        int made = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            () =>
            {
                try
                {
                    RunDirectory.Create(Runs, "one", s_recipe, []);
                    Interlocked.Increment(ref made);
                }
                catch (UserErrorException error)
                {
                    Assert.StartsWith("run one exists", error.Message, StringComparison.Ordinal);
                }
            },
            TestContext.Current.CancellationToken)));
        Assert.Equal(1, made);
        Assert.Single(Directory.GetFileSystemEntries(Runs));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a\n")]
    [InlineData("a.")]
    public void A_name_that_is_no_file_name_is_refused(string id)
    {
        Assert.StartsWith($"'{id}' cannot be the name of a run", Assert.Throws<UserErrorException>(() => RunDirectory.Create(Runs, id, s_recipe, [])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        // A file in the folder's place: unlike a read-only folder, it stops an administrator too.
        _folder.Write("runs", "");
        Assert.StartsWith($"a run cannot be made in '{Runs}': it is a file; choose another folder with --runs", Assert.Throws<UserErrorException>(() => RunDirectory.Create(Runs, "one", s_recipe, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_run_is_not_opened()
    {
        string file = _folder.Write("file", "");
        Assert.StartsWith($"there is no run '{_folder["x"]}'", Fault(_folder["x"]), StringComparison.Ordinal);
        Assert.StartsWith($"'{file}' is a file", Fault(file), StringComparison.Ordinal);
        Assert.StartsWith($"'{_folder.Path}' is not a run's directory: it has no recipe.yaml", Fault(_folder.Path), StringComparison.Ordinal);
        Assert.StartsWith("there is no run ''", Fault(""), StringComparison.Ordinal);
    }

    [Fact]
    public void The_commit_of_the_recipes_folder_is_noted()
    {
        Assert.SkipUnless(Git("--version"), "git is not installed");
        string recipe = _folder.Write("repository/r.yaml", "a");
        string folder = Path.GetDirectoryName(recipe)!;
        Assert.Null(RunEnvironment.Capture([], folder).GitCommit);
        Assert.True(Git("-C", folder, "init", "-q") && Git("-C", folder, "add", "."));
        Assert.True(Git("-C", folder, "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "t"));
        RunEnvironment clean = RunEnvironment.Read(RunDirectory.Create(Runs, "clean", s_recipe, [], recipe));
        Assert.Matches("^[0-9a-f]{40}", clean.GitCommit);
        Assert.False(clean.GitDirty);
        File.WriteAllText(recipe, "b");
        Assert.True(RunEnvironment.Capture([], folder).GitDirty);
    }

    private static string Fault(string path) => Assert.Throws<UserErrorException>(() => RunDirectory.Open(path)).Message;

    private static bool Git(params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
