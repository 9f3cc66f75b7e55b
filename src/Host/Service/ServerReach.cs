using System.Collections;
using StreamTrainer.Host.Hub;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Service;

/// <summary>
/// What a recipe that came with a request may reach: recipes of the server's folder, data and weights below its roots, addresses that are
/// allowed, and of the environment the program's own variables that are no secrets. All else is refused before it is looked at, so that
/// nobody learns whether it is there.
/// </summary>
internal sealed class ServerReach : RecipeReach
{
    private readonly ServiceSettings _settings;
    private readonly ServicePaths _paths;
    private readonly string[] _roots;

    public ServerReach(ServiceSettings settings, ServicePaths paths)
    {
        _settings = settings;
        _paths = paths;
        _roots = [.. settings.Roots ?? Default(), paths.Runs];
    }

    /// <inheritdoc/>
    public override string? Refusal(string path) =>
        RealPath.IsInside(path, _settings.Recipes) ? null : $"'{path}' is not in the server's folder of recipes ({_settings.Recipes}); a submitted recipe may name only what is there";

    /// <inheritdoc/>
    public override string? Variable(string name) => RunEnvironment.IsOwnAndPublic(name) ? Environment.GetEnvironmentVariable(name) : null;

    /// <summary>Checks what a recipe would read.</summary>
    /// <exception cref="UserErrorException">Something of it may not be reached.</exception>
    public void Check(Recipe recipe)
    {
        foreach ((string key, string? location) in (ReadOnlySpan<(string, string?)>)[("data.train", recipe.Data.Train), ("data.val", recipe.Data.Val)])
        {
            foreach (string place in location is null ? [] : SampleSources.PlacesOf(location))
            {
                CheckPlace(key, place);
            }
        }

        if (recipe.Train.From is { } from && (Path.IsPathRooted(from) || from.Contains("..", StringComparison.Ordinal) || HubRepository.Parse(from) is null || Path.Exists(from)))
        {
            CheckPath("train.from", from);
        }
    }

    private void CheckPlace(string key, string place)
    {
        if (!SampleSources.IsAddress(place))
        {
            CheckPath(key, place);
        }
        else if (!_settings.Addresses.Any(allowed => allowed.Length > 0 && place.StartsWith(allowed, StringComparison.Ordinal)) || place.Contains("/../", StringComparison.Ordinal))
        {
            throw new UserErrorException($"{key}: the server may not read from this address; StreamTrainer:Addresses allows it the beginnings of some");
        }
    }

    private void CheckPath(string key, string path)
    {
        if (!_roots.Any(root => RealPath.IsInside(path, root)) || RealPath.IsInside(path, _paths.State))
        {
            throw new UserErrorException($"{key}: '{path}' is outside of the folders that the server may read from; StreamTrainer:Roots names them");
        }
    }

    private static IEnumerable<string> Default()
    {
        yield return Environment.CurrentDirectory;
        yield return "/usr/share/datasets";
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string { Length: > 0 } value } && RunEnvironment.IsOwnAndPublic(name) && Directory.Exists(value))
            {
                yield return value;
            }
        }
    }
}
