using System.Globalization;
using CsCheck;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Sweeps;

/// <summary>A sweep's file: which cells it makes, and what is said of its mistakes.</summary>
public sealed class SweepReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_list_goes_with_each_point_of_a_grid_whose_last_key_is_the_fastest()
    {
        Sweep sweep = Read("""
            description: "what for"
            recipe: ../a2.yaml
            set: {train: {epochs: 3}}
            list:
            - {loss.name: bce}
            - loss: {name: crossEntropy, targetThreshold: none}
            grid:
              optimizer: {lr: [5.0e-3, 0.01]}
              train.seed: [0..1, 7]
            """);
        Assert.Equal(("s", "what for", "../a2.yaml"), (sweep.Name, sweep.Description, sweep.Recipe!.Text));
        Assert.Equal("train.epochs", Assert.Single(sweep.Fixed).Key);
        Assert.Equal(
            [
                "loss.name=bce optimizer.lr=0.005 train.seed=0", "loss.name=bce optimizer.lr=0.005 train.seed=1", "loss.name=bce optimizer.lr=0.005 train.seed=7",
                "loss.name=bce optimizer.lr=0.01 train.seed=0", "loss.name=bce optimizer.lr=0.01 train.seed=1", "loss.name=bce optimizer.lr=0.01 train.seed=7",
            ],
            sweep.Cells.Take(6).Select(cell => cell.ToString()));
        Assert.Equal(12, sweep.Cells.Count);
        Assert.Equal("loss.name=crossEntropy loss.targetThreshold=none optimizer.lr=0.01 train.seed=7", sweep.Cells[11].ToString());
    }

    [Fact]
    public void Values_keep_their_kinds()
    {
        Sweep sweep = Read("""
            recipe: r.yaml
            list:
            - {a.b: 1.0e-2, c.d: 3.0, e.f: true, g.h: "0..9", i.j: [0.5, 1], k.l: none, m.n: 0..9}
            """);
        // A range is one of values, and a list has none: as it stands, it is a text.
        Assert.Equal("""{"a.b":0.01,"c.d":3,"e.f":true,"g.h":"0..9","i.j":[0.5,1],"k.l":"none","m.n":"0..9"}""", Assert.Single(sweep.Cells).Json().ToJsonString());
    }

    /// <summary>Grids of any shape have as many cells as the product of their sides, all different.</summary>
    [Fact]
    public void A_grid_has_the_product_of_its_sides() => Gen.Int[1, 7].Array[1, 4].Sample(sides =>
    {
        IEnumerable<string> keys = sides.Select((side, key) => string.Create(CultureInfo.InvariantCulture, $"  section.key{key}: [{string.Join(", ", Enumerable.Range(0, side))}]"));
        Sweep sweep = Read($"recipe: r.yaml\ngrid:\n{string.Join('\n', keys)}\n");
        Assert.Equal(sides.Aggregate(1, (product, side) => product * side), sweep.Cells.Count);
        Assert.Equal(sweep.Cells.Count, sweep.Cells.Select(cell => SweepCell.Identity(cell.Json())).Distinct().Count());
    }, iter: 50);

    /// <summary>Draws depend on seed, trial and key alone: more trials and more keys change none.</summary>
    [Fact]
    public void A_random_search_is_a_pure_function() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[1, 20], Gen.Int[0, 20]).Sample((seed, trials, more) =>
    {
        string one = string.Create(CultureInfo.InvariantCulture, $"recipe: r.yaml\nrandom: {{seed: {seed}, trials: {trials}, keys: {{optimizer.lr: {{logUniform: [1.0e-4, 1.0e-1]}}}}}}\n");
        string larger = string.Create(CultureInfo.InvariantCulture,
            $"recipe: r.yaml\nrandom: {{seed: {seed}, trials: {trials + more}, keys: {{loss.name: {{choice: [bce, crossEntropy]}}, optimizer.lr: {{logUniform: [1.0e-4, 1.0e-1]}}}}}}\n");
        string[] few = [.. Read(one).Cells.Select(Rate)];
        Assert.Equal(few, Read(one).Cells.Select(Rate));
        Assert.Equal(few, Read(larger).Cells.Select(Rate).Distinct().Take(few.Length));
        Assert.All(few, rate => Assert.InRange(double.Parse(rate, CultureInfo.InvariantCulture), 1e-4, 1e-1));
        static string Rate(SweepCell cell) => ((ScalarNode)cell.Find("optimizer.lr")!.Value).Text;
    }, iter: 50);

    [Fact]
    public void A_trial_that_draws_what_an_earlier_one_drew_is_left_out()
    {
        Sweep sweep = Read("recipe: r.yaml\nrandom: {trials: 50, keys: {loss.name: {choice: [bce, crossEntropy]}, a.b: {int: [1, 2]}}}\n");
        Assert.Equal(4, sweep.Cells.Count);
    }

    [Fact]
    public void Draws_fill_their_ranges_and_another_seed_draws_others()
    {
        const string Text = "recipe: r.yaml\nrandom: {seed: SEED, trials: 300, keys: {a.u: {uniform: [2, 4]}, a.l: {logUniform: [0.001, 1000]}, a.i: {int: [1, 3]}, a.c: {choice: [x, y, z]}}}\n";
        SweepCell[] cells = [.. Read(Text.Replace("SEED", "1", StringComparison.Ordinal)).Cells];
        Assert.NotEqual(cells.Select(cell => cell.ToString()), Read(Text.Replace("SEED", "2", StringComparison.Ordinal)).Cells.Select(cell => cell.ToString()));
        double[] uniform = Numbers("a.u"), log = Numbers("a.l");
        Assert.All(uniform, value => Assert.InRange(value, 2, 4));
        Assert.InRange(uniform.Average(), 2.9, 3.1);
        // The logarithm is uniform: half lies below the geometric mean.
        Assert.InRange(log.Count(value => value < 1), 130, 170);
        // Keys are drawn for themselves.
        Assert.InRange(uniform.Zip(log, (one, other) => one < 3 == other < 1).Count(both => both), 120, 180);
        Assert.Equal([1, 2, 3], Numbers("a.i").Distinct().Order());
        Assert.Equal(["x", "y", "z"], cells.Select(cell => ((ScalarNode)cell.Find("a.c")!.Value).Text).Distinct().Order(StringComparer.Ordinal));
        double[] Numbers(string key) => [.. cells.Select(cell => double.Parse(((ScalarNode)cell.Find(key)!.Value).Text, CultureInfo.InvariantCulture))];
    }

    [Theory]
    [InlineData("recipe: r.yaml", "s.yaml:1: a sweep has grid, list or random, as 'grid: {train.seed: 0..9}'")]
    [InlineData("grid: {train.seed: 0..1}", "s.yaml:1: recipe: missing; it must be given (the recipe below all runs, as 'recipe: ../a2.yaml', seen from the sweep's folder), or be a key of every cell")]
    [InlineData("recipe: r.yaml\ngrit: {train.seed: 0..1}\ngrid: {a.b: [1]}", "s.yaml:2: grit: unknown key; did you mean 'grid'? Known: name, description, recipe, set, list, random, grid")]
    [InlineData("recipe: r.yaml\noptimizer: {lr: 3}\ngrid: {a.b: [1]}", "s.yaml:2: optimizer: unknown key; what is the same in all runs stands under 'set'. Known: name, description, recipe, set, list, random, grid")]
    [InlineData("recipe: r.yaml\ngrid: 3", "s.yaml:2: grid: found '3'; allowed: a section of keys with values")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: 3", "s.yaml:3: train.seed: found '3'; allowed: a list of values, as [0.1, 0.2], or a range of whole numbers, as 0..9")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: []", "s.yaml:3: train.seed: found an empty list; allowed: a list of values, as [0.1, 0.2], or a range of whole numbers, as 0..9")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: 9..0", "s.yaml:3: train.seed: '9..0' is no range: it goes from a whole number up to another, and has at most 10000 of them")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: 0..99999999999999999999", "s.yaml:3: train.seed: '0..99999999999999999999' is no range: it goes from a whole number up to another, and has at most 10000 of them")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: [{a: 1}]", "s.yaml:3: train.seed: found a section; allowed: single values, or lists for a key that takes a list")]
    [InlineData("recipe: r.yaml\ngrid:\n  a.b: 0..199\n  c.d: 0..199", "s.yaml:4: c.d: with it the grid has more than 10000 points")]
    [InlineData("recipe: r.yaml\ngrid:\n  a.b: 0..199\nlist: [{c.d: 0}, {c.d: 1}]\nrandom: {trials: 99, keys: {e.f: {uniform: [0, 1]}}}", "s.yaml:1: this makes 39600 runs; a sweep has at most 10000")]
    [InlineData("recipe: r.yaml\ngrid:\n  train.seed: [0..3, 2]", "s.yaml:3: cells 2 and 4 are the same: train.seed=2")]
    [InlineData("recipe: r.yaml\nlist:\n- {a.b: 1, c.d: 2}\n- {c.d: 2.0, a.b: 1}", "s.yaml:4: cells 0 and 1 are the same: c.d=2 a.b=1")]
    [InlineData("recipe: r.yaml\nlist:\n- {a.b: 1}\ngrid:\n  a: {b: [1]}", "s.yaml:5: a.b: the same cell has it from s.yaml:3 already")]
    [InlineData("recipe: r.yaml\nset: {a.b: 1}\ngrid:\n  a: {b: [1]}", "s.yaml:4: a.b: the same cell has it from s.yaml:2 already")]
    [InlineData("recipe: r.yaml\ngrid:\n  a.b: [1]\n  a: {b: [2]}", "s.yaml:4: a.b: duplicate key; it stands at s.yaml:3 already")]
    [InlineData("recipe: r.yaml\ngrid:\n  a..b: [1]", "s.yaml:3: 'a..b' is no key of a recipe; write section.key, as optimizer.lr")]
    [InlineData("recipe: r.yaml\ngrid:\n  extends: [x.yaml]", "s.yaml:3: extends: it belongs into a recipe; a sweep takes another one by 'recipe: other.yaml', and another model by 'model: NAME'")]
    [InlineData("recipe: r.yaml\nset: {model: resnet50}\ngrid: {a.b: [1]}", "s.yaml:2: set.model: what is the same everywhere stands at the top: 'recipe: FILE', or under set 'model.name: NAME'")]
    [InlineData("grid:\n  recipe: [[a.yaml]]", "s.yaml:2: recipe: found a list; allowed: paths of recipes, seen from the sweep's folder")]
    [InlineData("recipe: [r.yaml]\ngrid: {a.b: [1]}", "s.yaml:1: recipe: found a list; allowed: a text")]
    [InlineData("recipe: r.yaml\nlist: 3", "s.yaml:2: list: found '3'; allowed: a list of cells, each keys with values, as - {optimizer.lr: 0.1}")]
    [InlineData("recipe: r.yaml\nlist: [3]", "s.yaml:2: list: found '3'; allowed: keys with values, as {optimizer.lr: 0.1}")]
    [InlineData("recipe: r.yaml\nrandom: {keys: {a.b: {uniform: [0, 1]}}}", "s.yaml:2: random.trials: missing; it must be given (a whole number)")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 0, keys: {a.b: {uniform: [0, 1]}}}", "s.yaml:2: random.trials: found '0'; allowed: a whole number from 1 to 10000")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2, sead: 3, keys: {a.b: {uniform: [0, 1]}}}", "s.yaml:2: random.sead: unknown key; did you mean 'seed'? Known: trials, seed, keys")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2}", "s.yaml:2: random.keys: missing; it must be given (keys of the recipe, each with a distribution, as optimizer.lr: {logUniform: [1.0e-4, 1.0e-2]})")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2, keys: {a.b: {uniformm: [0, 1]}}}", "s.yaml:2: a.b.uniformm: found a list; did you mean 'uniform'? Allowed: a distribution, as {logUniform: [1.0e-4, 1.0e-2]}, {uniform: [0, 1]}, {int: [1, 9]} or {choice: [bce, crossEntropy]}")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2, keys: {a.b: {logUniform: [0, 1]}}}", "s.yaml:2: a.b: logUniform takes two numbers above 0, the smaller first")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2, keys: {a.b: {uniform: [2, 1]}}}", "s.yaml:2: a.b: uniform takes two numbers, the smaller first")]
    [InlineData("recipe: r.yaml\nrandom: {trials: 2, keys: {a.b: {int: [0.5, 1]}}}", "s.yaml:2: a.b: int takes two whole numbers, the smaller first")]
    [InlineData("- 1", "s.yaml:1: a sweep is keys with values, as 'grid: {train.seed: 0..9}'; found a list")]
    public void A_mistake_is_told_with_its_line(string yaml, string message)
    {
        string file = _folder.Write("s.yaml", yaml + "\n");
        var error = Assert.Throws<UserErrorException>(() => SweepReader.Read(file));
        Assert.Equal(message, error.Message.Replace(file, "s.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_the_nearest()
    {
        _folder.Write("seeds.yaml", "");
        var error = Assert.Throws<UserErrorException>(() => SweepReader.Read(_folder["sedes.yaml"]));
        Assert.Equal($"there is no sweep '{_folder["sedes.yaml"]}'; did you mean 'seeds.yaml'?", error.Message);
    }

    // Cases of a property are tried on several threads.
    private Sweep Read(string yaml) => SweepReader.Read(_folder.Write(Path.Combine(Path.GetRandomFileName(), "s.yaml"), yaml));
}
