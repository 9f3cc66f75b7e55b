using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Model.Losses;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Sweeps;

/// <summary>From a sweep's file to its runs: recipes, names, <c>sweep.json</c>, and what may be changed later.</summary>
public sealed class SweepPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SweepPlanTests()
    {
        _folder.Write("a.yaml", "models: models.yaml\ndata: {train: demo:train}\ntrain: {epochs: 2}\n");
        _folder.Write("b.yaml", "data: {train: demo:train}\nloss: {name: bce}\n");
        _folder.Write("models.yaml", "resnet18: {augment: {size: 96}}\n");
    }

    private string Runs => _folder["runs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cells_lie_over_what_is_fixed_over_the_models_row_over_the_recipe()
    {
        SweepPlan plan = Plan("recipe: a.yaml\nset: {train.epochs: 5, augment.scale: [0.5, 1]}\nlist:\n- {optimizer.lr: 0.5}\n- {model: resnet18}\n- {recipe: b.yaml, model: resnet18}\n", "eval.size=64");
        Assert.Equal(["s-000", "s-001", "s-002"], plan.Cells.Select(cell => cell.Id));
        Assert.All(plan.Cells, cell => Assert.Equal((5, 0.5, 64), (cell.Recipe.Train.Epochs, cell.Recipe.Augment.Scale[0], cell.Recipe.Eval.Size)));
        Assert.Equal([0.5, 0.1, 0.1], plan.Cells.Select(cell => cell.Recipe.Optimizer.Lr));
        Assert.Equal(["resnet50", "resnet18", "resnet18"], plan.Cells.Select(cell => cell.Recipe.Model.Name));
        // b.yaml has no table of models.
        Assert.Equal([224, 96, 224], plan.Cells.Select(cell => cell.Recipe.Augment.Size));
        Assert.Equal([LossKind.CrossEntropy, LossKind.CrossEntropy, LossKind.Bce], plan.Cells.Select(cell => cell.Recipe.Loss.Name));
    }

    [Theory]
    [InlineData("recipe: a.yaml\ngrid:\n  optimizer.lrr: [0.1]", "{}/s.yaml:3: optimizer.lrr: unknown key; did you mean 'lr'? Known: ")]
    [InlineData("recipe: a.yaml\ngrid:\n  optimizer.lr: [0.1, high]", "{}/s.yaml:3: optimizer.lr: found 'high'; allowed: a number from 0 to 1000")]
    [InlineData("recipe: a.yaml\ngrid:\n  optimizer.lr: [0.1, -1]", "{}/s.yaml:3: optimizer.lr: -1 is out of range; allowed: a number from 0 to 1000")]
    [InlineData("recipe: a.yaml\ngrid:\n  loss.name: [bce, crossEntropy]\n  loss.targetThreshold: [0.2]", "{}/s.yaml:4: loss.targetThreshold: is for bce only")]
    [InlineData("recipe: c.yaml\ngrid:\n  train.seed: 0..1", "{}/s.yaml:1: recipe: there is no recipe '{}/c.yaml'; did you mean 'a.yaml'? The path is seen from the folder of {}/s.yaml")]
    [InlineData("grid:\n  recipe: [a.yaml, bb.yaml]", "{}/s.yaml:2: recipe: there is no recipe '{}/bb.yaml'; did you mean 'b.yaml'? The path is seen from the folder of {}/s.yaml")]
    [InlineData("recipe: a.yaml\ngrid:\n  model: [resnet18, resnet19]", "{}/s.yaml:3: model.name: there is no 'resnet19'")]
    [InlineData("recipe: a.yaml\ngrid:\n  data.train: [\"${NOT_SET_ANYWHERE}/x\"]", "{}/s.yaml:3: data.train: the environment variable NOT_SET_ANYWHERE is not set")]
    [InlineData("recipe: a.yaml\ngrid:\n  data.train: [nowhere.tar]", "{}/s.yaml:3: data.train: ")]
    public void A_mistake_in_a_cells_recipe_is_told_with_the_sweeps_line(string yaml, string message)
    {
        var error = Assert.Throws<UserErrorException>(() => Plan(yaml + "\n"));
        Assert.StartsWith(message.Replace("{}", _folder.Path, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_and_each_once()
    {
        var error = Assert.Throws<UserErrorException>(() => Plan("recipe: a.yaml\nset: {train.epochz: 3}\ngrid:\n  optimizer.lr: [x, y]\n  train.seed: 0..9\n"));
        string[] lines = error.Message.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("has 3 errors:", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_sweep_goes_through_cannot_be_set()
    {
        var error = Assert.Throws<UserErrorException>(() => Plan("recipe: a.yaml\ngrid: {optimizer.lr: [0.1]}\n", "optimizer.lr=0.2"));
        Assert.Equal("--set optimizer.lr=0.2: optimizer.lr: the sweep goes through it; take another sweep's file, or leave this --set out", error.Message);
    }

    [Fact]
    public void The_folder_says_which_runs_there_are()
    {
        SweepPlan plan = Plan("name: try\ndescription: why\nrecipe: a.yaml\ngrid: {optimizer.lr: [0.1, 1.0], train.seed: [3]}\n").Publish();
        SweepManifest read = SweepFolder.Read(Path.Combine(Runs, "try"))!;
        Assert.Equal((1, "try", "why", _folder["s.yaml"], _folder["a.yaml"], "the command"), (read.Format, read.Name, read.Description, read.File, read.Recipe, read.Command));
        Assert.Equal(["try-000", "try-001"], read.Cells.Select(cell => cell.Id));
        Assert.Equal("""{"optimizer.lr":1,"train.seed":3}""", read.Cells[1].Set.ToJsonString());
        Assert.Equal(plan.Manifest.Created, read.Created);
    }

    [Fact]
    public void Cells_may_be_added_anywhere_and_those_that_are_there_keep_their_names()
    {
        Plan("recipe: a.yaml\ngrid: {optimizer.lr: [0.1, 0.3], train.seed: 0..1}\n").Publish();
        SweepPlan larger = Plan("recipe: a.yaml\ngrid: {optimizer.lr: [0.1, 0.2, 0.3], train.seed: 0..1}\n").Publish();
        Assert.Equal(["s-000", "s-001", "s-002", "s-003", "s-004", "s-005"], larger.Cells.Select(cell => cell.Id));
        Assert.Equal([0.1, 0.1, 0.3, 0.3, 0.2, 0.2], larger.Cells.Select(cell => cell.Recipe.Optimizer.Lr));
        Assert.Equal(SweepFolder.Read(larger.Folder)!.Cells.Select(cell => cell.Id), larger.Cells.Select(cell => cell.Id));

        var error = Assert.Throws<UserErrorException>(() => Plan("recipe: a.yaml\ngrid: {optimizer.lr: [0.1, 0.2], train.seed: 0..1}\n"));
        Assert.Contains("the sweep 's' has a run s-002 with optimizer.lr=0.3 train.seed=0, which is not in this file any more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_that_publish_together_agree()
    {
        SweepPlan plan = Plan("recipe: a.yaml\ngrid: {train.seed: 0..19}\n");
        string[][] names = new string[8][];
        Parallel.For(0, names.Length, at => names[at] = [.. plan.Publish().Cells.Select(cell => cell.Id)]);
        Assert.All(names, each => Assert.Equal(names[0], each));
        Assert.Equal(20, SweepFolder.Read(plan.Folder)!.Cells.Count);
    }

    [Fact]
    public void A_runs_name_and_a_sweeps_cannot_be_one()
    {
        RunDirectory.Create(Runs, "s", new(), []);
        var error = Assert.Throws<UserErrorException>(() => Plan("recipe: a.yaml\ngrid: {train.seed: 0..1}\n"));
        Assert.Equal($"'{Path.Combine(Runs, "s")}' is a run, and cannot be a sweep too; choose another name with --id", error.Message);
    }

    [Fact]
    public void A_damaged_or_later_folder_is_told()
    {
        SweepPlan plan = Plan("recipe: a.yaml\ngrid: {train.seed: 0..1}\n").Publish();
        string file = Path.Combine(plan.Folder, "sweep.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        Assert.Contains("of version 2, and this program reads 1", Assert.Throws<UserErrorException>(() => SweepFolder.Read(plan.Folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "{");
        Assert.StartsWith($"{file} cannot be read", Assert.Throws<UserErrorException>(() => SweepFolder.Read(plan.Folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "0-4")]
    [InlineData("3", "3")]
    [InlineData("4,0-1,1", "0-1,4")]
    public void Cells_are_chosen_by_number(string? text, string expected) => Assert.Equal(expected, CellSelection.Text(CellSelection.Parse(text, 5)));

    [Theory]
    [InlineData("5", "--cells: there is no cell 5; the sweep has 5, from 0 to 4")]
    [InlineData("2-1", "--cells: '2-1' is no cell; name them by their numbers, as 0,4,8-11")]
    [InlineData("x", "--cells: 'x' is no cell; name them by their numbers, as 0,4,8-11")]
    [InlineData("", "--cells: '' is no cell; name them by their numbers, as 0,4,8-11")]
    public void A_cell_that_is_not_there_is_told(string text, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => CellSelection.Parse(text, 5)).Message);

    private SweepPlan Plan(string yaml, params string[] set) => SweepPlan.Make(SweepReader.Read(_folder.Write("s.yaml", yaml)), Runs, null, set, "the command", withData: true);
}
