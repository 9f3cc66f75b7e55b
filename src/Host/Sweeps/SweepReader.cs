using System.Globalization;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>
/// YAML to a sweep. Its cells are the product of what it has: each member of <c>list</c> with each trial of <c>random</c> with each
/// point of <c>grid</c>, whose last key goes fastest. All errors are told at once, each with file and line.
/// </summary>
internal static class SweepReader
{
    private static readonly string[] s_keys = ["name", "description", "recipe", "set", "list", "random", "grid"];
    private static readonly string[] s_randomKeys = ["trials", "seed", "keys"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Something is wrong with it; a line for each error.</exception>
    public static Sweep Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var errors = new RecipeErrors();
        string text = RecipeFiles.ReadText(path, DocumentKind.Sweep, null, "", errors)!;
        Sweep? sweep = YamlReader.ReadDocument(text, path, DocumentKind.Sweep, errors) is { } map ? Read(map, path, errors) : null;
        errors.ThrowIfAny(DocumentKind.Sweep, path);
        return sweep!;
    }

    private static Sweep Read(MapNode map, string path, RecipeErrors errors)
    {
        CheckKeys(map, "", s_keys, errors);
        List<SweepSetting> held = Section(map, "set", errors) is { } set ? SweepKeys.Flatten(set, _ => false, errors) : [];
        foreach (SweepSetting wrong in held.Where(setting => !setting.IsRecipeKey))
        {
            errors.Add(wrong.KeyPlace, $"set.{wrong.Key}: what is the same everywhere stands at the top: 'recipe: FILE', or under set 'model.name: NAME'");
        }

        List<List<SweepSetting>> list = Listed(map, errors), random = Random(map, errors), grid = Grid(map, errors);
        long count = (long)list.Count * random.Count * Math.Max(grid.Count, 1);
        if (grid.Count == 0 || count > SweepValues.Most)
        {
            if (!errors.Any)
            {
                errors.Add(map.Place, string.Create(CultureInfo.InvariantCulture, $"this makes {count} runs; a sweep has at most {SweepValues.Most}"));
            }

            return new Sweep(path);
        }

        if (map.Find("list") is null && map.Find("random") is null && map.Find("grid") is null)
        {
            errors.Add(map.Place, "a sweep has grid, list or random, as 'grid: {train.seed: 0..9}'");
        }

        List<SweepCell> cells = [.. from one in list from two in random from three in grid select new SweepCell([.. one, .. two, .. three])];
        CheckTwice(held, cells, errors);
        ScalarNode? recipe = Scalar(map, "recipe", errors);
        if (recipe is null && map.Find("recipe") is null && cells.Any(cell => cell.Find(SweepSetting.RecipeKeyName) is null))
        {
            errors.Add(map.Place, "recipe: missing; it must be given (the recipe below all runs, as 'recipe: ../a2.yaml', seen from the sweep's folder), or be a key of every cell");
        }

        foreach (SweepSetting wrong in cells.SelectMany(cell => cell.Settings).Where(setting => !setting.IsRecipeKey && setting.Value is not ScalarNode { IsNull: false, Text.Length: > 0 }))
        {
            errors.Add(wrong.Value.Place, wrong.Key, $"found {wrong.Value.Found}; allowed: {(wrong.Key == SweepSetting.RecipeKeyName ? "paths of recipes, seen from the sweep's folder" : "names of models")}");
        }

        return new Sweep(path)
        {
            Name = Scalar(map, "name", errors)?.Text ?? Path.GetFileNameWithoutExtension(path),
            Description = Scalar(map, "description", errors)?.Text ?? "",
            Recipe = recipe,
            Fixed = held,
            Cells = cells,
        };
    }

    private static List<List<SweepSetting>> Listed(MapNode map, RecipeErrors errors)
    {
        if (map.Find("list") is not { } entry)
        {
            return [[]];
        }

        if (entry.Value is not ListNode { Items: { Count: > 0 } items })
        {
            errors.Add(entry.KeyPlace, "list", $"found {(entry.Value is ListNode ? "an empty list" : entry.Value.Found)}; allowed: a list of cells, each keys with values, as - {{optimizer.lr: 0.1}}");
            return [[]];
        }

        List<List<SweepSetting>> cells = [];
        foreach (RecipeNode item in items)
        {
            if (item is MapNode cell)
            {
                cells.Add(SweepKeys.Flatten(cell, _ => false, errors));
            }
            else
            {
                errors.Add(item.Place, "list", $"found {item.Found}; allowed: keys with values, as {{optimizer.lr: 0.1}}");
            }
        }

        return cells;
    }

    private static List<List<SweepSetting>> Grid(MapNode map, RecipeErrors errors)
    {
        List<List<SweepSetting>> cells = [[]];
        foreach (SweepSetting key in Section(map, "grid", errors) is { } grid ? SweepKeys.Flatten(grid, _ => false, errors) : [])
        {
            IReadOnlyList<RecipeNode> values = SweepValues.Of(key, errors);
            if ((long)cells.Count * values.Count > SweepValues.Most)
            {
                errors.Add(key.KeyPlace, key.Key, string.Create(CultureInfo.InvariantCulture, $"with it the grid has more than {SweepValues.Most} points"));
                return [];
            }

            cells = [.. from cell in cells from value in values select (List<SweepSetting>)[.. cell, key with { Value = value }]];
        }

        return cells;
    }

    private static List<List<SweepSetting>> Random(MapNode map, RecipeErrors errors)
    {
        if (Section(map, "random", errors) is not { } random)
        {
            return [[]];
        }

        CheckKeys(random, "random.", s_randomKeys, errors);
        int trials = (int)Whole(random, "random.trials", "trials", 1, SweepValues.Most, errors);
        long seed = random.Find("seed") is null ? 0 : Whole(random, "random.seed", "seed", 0, long.MaxValue, errors);
        MapNode? keys = Section(random, "keys", errors);
        if (keys is null or { Entries.Count: 0 })
        {
            errors.Add(random.Place, "random.keys", "missing; it must be given (keys of the recipe, each with a distribution, as optimizer.lr: {logUniform: [1.0e-4, 1.0e-2]})");
            return [[]];
        }

        List<List<SweepSetting>> cells = [.. Enumerable.Range(0, trials).Select(_ => new List<SweepSetting>())];
        foreach (SweepSetting key in SweepKeys.Flatten(keys, SweepDistribution.Is, errors))
        {
            foreach ((int trial, RecipeNode value) in SweepDistribution.Draw(key, trials, seed, errors).Index())
            {
                cells[trial].Add(key with { Value = value });
            }
        }

        // Few choices, or rounded draws, come again.
        return [.. cells.DistinctBy(cell => SweepCell.Identity(new SweepCell(cell).Json()))];
    }

    private static void CheckKeys(MapNode map, string prefix, string[] known, RecipeErrors errors)
    {
        foreach (MapEntry entry in map.Entries.Where(entry => !known.Contains(entry.Key)))
        {
            string question = NearestName.Question(entry.Key, known);
            // A recipe's key at the top is a value that was to be the same everywhere.
            string hint = question.Length > 0 ? question
                : prefix.Length == 0 && RecipeKey.Of(typeof(Model.Training.Recipe)).Any(key => key.Name == entry.Key.Split('.')[0]) ? "; what is the same in all runs stands under 'set'." : ".";
            errors.Add(entry.KeyPlace, $"{prefix}{entry.Key}: unknown key{hint} Known: {string.Join(", ", known)}");
        }
    }

    private static void CheckTwice(List<SweepSetting> held, List<SweepCell> cells, RecipeErrors errors)
    {
        foreach (SweepCell cell in cells)
        {
            List<SweepSetting> seen = [.. held];
            foreach (SweepSetting setting in cell.Settings)
            {
                if (seen.Find(other => other.Key == setting.Key) is { } earlier)
                {
                    errors.Add(setting.KeyPlace, setting.Key, $"the same cell has it from {earlier.KeyPlace} already");
                }

                seen.Add(setting);
            }
        }

        // What has errors is not expanded as it is meant.
        if (errors.Any)
        {
            return;
        }

        Dictionary<string, int> known = [];
        foreach ((int index, SweepCell cell) in cells.Index())
        {
            string set = SweepCell.Identity(cell.Json());
            if (!known.TryAdd(set, index))
            {
                Place place = cell.Settings.Count > 0 ? cell.Settings[^1].Value.Place : new Place("", 0, 0);
                errors.Add(place, string.Create(CultureInfo.InvariantCulture, $"cells {known[set]} and {index} are the same: {cell}"));
            }
        }
    }

    private static MapNode? Section(MapNode map, string key, RecipeErrors errors)
    {
        switch (map.Find(key))
        {
            case null or { Value: ScalarNode { IsNull: true } }:
                return null;
            case { Value: MapNode section } entry:
                return section with { Place = entry.KeyPlace };
            case var entry:
                errors.Add(entry.Value.Place, key, $"found {entry.Value.Found}; allowed: a section of keys with values");
                return null;
        }
    }

    private static ScalarNode? Scalar(MapNode map, string key, RecipeErrors errors)
    {
        if (map.Find(key) is not { } entry)
        {
            return null;
        }

        if (entry.Value is ScalarNode { IsNull: false, Text.Length: > 0 } scalar)
        {
            return scalar;
        }

        errors.Add(entry.Value.Place, key, $"found {entry.Value.Found}; allowed: a text");
        return null;
    }

    private static long Whole(MapNode map, string path, string key, long least, long most, RecipeErrors errors)
    {
        if (map.Find(key) is not { } entry)
        {
            errors.Add(map.Place, path, "missing; it must be given (a whole number)");
            return least;
        }

        if (entry.Value is ScalarNode { Plain: true, Text: var text } && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number >= least && number <= most)
        {
            return number;
        }

        string limits = most == long.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"of at least {least}")
            : string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}");
        errors.Add(entry.Value.Place, path, $"found {entry.Value.Found}; allowed: a whole number {limits}");
        return least;
    }
}
