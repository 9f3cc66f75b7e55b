using System.Globalization;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A sweep with everything that can be found wrong with it looked at before anything starts.</summary>
internal sealed record SweepPlan
{
    /// <summary>The sweep's file, read.</summary>
    public required Sweep Sweep { get; init; }

    /// <summary>The folder of all runs.</summary>
    public required string Runs { get; init; }

    /// <summary>The sweep's name among the runs.</summary>
    public required string Id { get; init; }

    /// <summary>What its <c>sweep.json</c> says, or is to say.</summary>
    public required SweepManifest Manifest { get; init; }

    /// <summary>All cells in the order of their names.</summary>
    public required IReadOnlyList<PlannedCell> Cells { get; init; }

    /// <summary>The sweep's own folder.</summary>
    public string Folder => Path.Combine(Runs, Id);

    /// <summary>A cell's run.</summary>
    public string PathOf(PlannedCell cell) => Path.Combine(Runs, cell.Id);

    /// <summary>Resolves and checks the recipes of all cells. Nothing is written.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="id">The sweep's name among them; null: its own.</param>
    /// <param name="overrides">What <c>--set</c> was given.</param>
    /// <param name="command">The command, to be kept.</param>
    /// <param name="withData">Whether runs will start here: the data must exist then.</param>
    /// <exception cref="UserErrorException">Something is wrong; a line for each error.</exception>
    public static SweepPlan Make(Sweep sweep, string runs, string? id, IReadOnlyList<string> overrides, string command, bool withData)
    {
        string name = id ?? sweep.Name;
        RunDirectory.CheckId(SweepFolder.RunId(name, 0));
        if (File.Exists(Path.Combine(runs, name, "recipe.yaml")))
        {
            throw new UserErrorException($"'{Path.Combine(runs, name)}' is a run, and cannot be a sweep too; choose another name with --id");
        }

        PlannedCell[] cells = Resolve(sweep, overrides, withData);
        var wanted = new SweepManifest
        {
            Name = sweep.Name,
            Description = sweep.Description,
            File = sweep.File,
            Recipe = sweep.Recipe is { } recipe ? sweep.PathOf(recipe.Text) : null,
            Command = command,
            Created = DateTime.UtcNow,
            Cells = [.. sweep.Cells.Select(cell => new SweepManifestCell("", cell.Json()))],
        };
        SweepManifest manifest = SweepFolder.Merge(SweepFolder.Read(Path.Combine(runs, name)), name, wanted);
        var plan = new SweepPlan { Sweep = sweep, Runs = runs, Id = name, Manifest = manifest, Cells = Named(manifest, cells) };
        if (withData)
        {
            plan.CheckRunsThatAreThere();
        }

        return plan;
    }

    /// <summary>Writes <c>sweep.json</c>, and takes the names from it: another process may have been faster.</summary>
    public SweepPlan Publish()
    {
        SweepManifest now = SweepFolder.Update(Runs, Id, Manifest);
        return this with { Manifest = now, Cells = Named(now, Cells) };
    }

    private static IReadOnlyList<PlannedCell> Named(SweepManifest manifest, IReadOnlyList<PlannedCell> cells)
    {
        Dictionary<string, PlannedCell> bySet = cells.ToDictionary(cell => SweepCell.Identity(cell.Cell.Json()));
        return [.. manifest.Cells.Where(cell => bySet.ContainsKey(SweepCell.Identity(cell.Set))).Select(cell => bySet[SweepCell.Identity(cell.Set)] with { Id = cell.Id })];
    }

    private static PlannedCell[] Resolve(Sweep sweep, IReadOnlyList<string> overrides, bool withData)
    {
        var errors = new RecipeErrors();
        List<MapNode> given = [];
        foreach (string assignment in overrides)
        {
            if (RecipeOverrides.Read(assignment, errors) is { } over)
            {
                given.Add(over);
                foreach (SweepSetting key in SweepKeys.Flatten(over, _ => false, errors).Where(key => sweep.Cells.Any(cell => cell.Find(key.Key) is not null)))
                {
                    errors.Add(key.KeyPlace, key.Key, $"the sweep goes through it; take another sweep's file, or leave this --set out");
                }
            }
        }

        List<PlannedCell> cells = [];
        foreach (SweepCell cell in sweep.Cells)
        {
            ScalarNode path = (ScalarNode?)cell.Find(SweepSetting.RecipeKeyName)?.Value ?? sweep.Recipe!;
            MapNode[] over = [.. sweep.Fixed.Concat(cell.Settings).Where(setting => setting.IsRecipeKey).Select(setting => setting.Overlay()), .. given];
            var own = new RecipeErrors();
            if (RecipeLoader.Load(sweep.PathOf(path.Text), path.Place, cell.Find(SweepSetting.ModelKeyName)?.Value as ScalarNode, over, withData, own) is { } loaded)
            {
                try
                {
                    cells.Add(new PlannedCell("", cell, withData ? RunPreflight.Check(loaded) : loaded.Recipe, loaded.Path));
                }
                catch (UserErrorException missing)
                {
                    errors.AddWhole(missing.Message);
                }
            }

            errors.Add(own);
        }

        errors.ThrowIfAny(DocumentKind.Sweep, sweep.File);
        return [.. cells];
    }

    // A recipe that was changed since would make a table of runs that are not of one kind.
    private void CheckRunsThatAreThere()
    {
        foreach (PlannedCell cell in Cells.Where(cell => Directory.Exists(PathOf(cell))))
        {
            RunDirectory run = RunDirectory.Open(PathOf(cell));
            if (run.HasStarted && RecipeDifference.Of(run.ReadRecipe(), cell.Recipe) is { Count: > 0 } lines)
            {
                string more = lines.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {lines.Count - 1} more)") : "";
                throw new UserErrorException($"run {cell.Id} was begun with another recipe than {Sweep.File} has for it now: {lines[0]}{more}; put it back, or begin another sweep with --id");
            }
        }
    }
}
