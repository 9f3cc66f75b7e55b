using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Api.Events;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Catalog.Series;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>What there is to see of a run.</summary>
internal static class RunDetailEndpoints
{
    private const int MostEvents = 5000, MostPoints = 8192, MostSeries = 100, LongestTail = 1 << 20;
    private const string Yaml = "application/yaml";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        RouteGroupBuilder run = api.MapGroup("/runs/{id}").WithTags("A run").ProducesProblem(StatusCodes.Status404NotFound);
        run.MapGet("/events", Events).WithSummary("What happened, page by page; after=0 begins at the beginning, after=-1 at the end.");
        run.MapGet("/events/stream", Stream).WithSummary("What happens, as server-sent events; goes on after Last-Event-ID, or after=ID.")
            .Produces<string>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        run.MapGet("/series", Series).WithSummary("Figures over the steps, in so many points at most: each with the mean, least and largest of its records.");
        run.MapGet("/stalls", (string id, RunCatalog catalog) => TypedResults.Ok(StallViews.Of(RunEndpoints.Find(catalog, id).Facts)))
            .WithSummary("Whether and why the trainer waits for data, what helps, and how full the pipeline's stages are.");
        run.MapGet("/recipe", Recipe).WithSummary("The resolved recipe, YAML.").Produces<string>(contentType: Yaml);
        run.MapGet("/differences", Differences).WithSummary("In what its recipe differs from another run's.");
        run.MapGet("/environment", (string id, RunCatalog catalog) => TypedResults.Ok(RunEnvironment.Read(RunEndpoints.Find(catalog, id).Facts.Run)))
            .WithSummary("What it was started with and on.");
        run.MapGet("/summary", Summary).WithSummary("How it stands or ended: its summary.json.");
        run.MapGet("/log", Log).WithSummary("Its log; file=console is what its processes printed. Without after: the end of it.");
    }

    private static Ok<EventPage> Events(string id, RunCatalog catalog, long after = 0, int limit = 500, [FromQuery] string[]? kind = null)
    {
        RunDirectory run = RunEndpoints.Find(catalog, id).Facts.Run;
        long offset = Place(run, after);
        (IReadOnlyList<LocatedEvent> events, long next) = EventLogReader.ReadPage(run.EventsFile, offset, Math.Clamp(limit, 1, MostEvents));
        return TypedResults.Ok(new EventPage(
            [.. events.Select(EventView.Of).Where(view => kind is not { Length: > 0 } || kind.Contains(view.Kind, StringComparer.OrdinalIgnoreCase))], next));
    }

    private static async Task Stream(string id, HttpContext context, RunCatalog catalog, EventStreams streams, [FromHeader(Name = "Last-Event-ID")] long? last, long after = 0)
    {
        RunDirectory run = RunEndpoints.Find(catalog, id).Facts.Run;
        await streams.Write(context, run, Place(run, last ?? after)).ConfigureAwait(false);
    }

    private static Ok<SeriesAnswer> Series(string id, RunCatalog catalog, SeriesCache cache, [FromQuery] string[]? name = null, long from = 0, long to = long.MaxValue, int points = 1000)
    {
        RunSeries series = cache.Of(RunEndpoints.Find(catalog, id).Facts.Run);
        IReadOnlyList<string> names = series.Names;
        return TypedResults.Ok(new SeriesAnswer(
            names, [.. (name ?? []).Distinct().Take(MostSeries).Select(each => View(each, series.Of(each, from, to, Math.Clamp(points, 2, MostPoints))))]));
    }

    private static SeriesView View(string name, IReadOnlyList<SeriesBucket> points)
    {
        bool single = points.All(point => point.Count == 1);
        return new SeriesView
        {
            Name = name,
            Step = [.. points.Select(point => point.Last)],
            Time = [.. points.Select(point => (point.Time - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond)],
            Mean = [.. points.Select(point => point.Sum / point.Count)],
            Min = single ? null : [.. points.Select(point => point.Min)],
            Max = single ? null : [.. points.Select(point => point.Max)],
            Records = points.Sum(point => point.Count),
        };
    }

    private static ContentHttpResult Recipe(string id, RunCatalog catalog) =>
        TypedResults.Text(Redaction.Of(File.ReadAllText(RunEndpoints.Find(catalog, id).Facts.Run.RecipeFile)), Yaml);

    private static Ok<IReadOnlyList<RecipeDifference>> Differences(string id, string with, RunCatalog catalog) => TypedResults.Ok<IReadOnlyList<RecipeDifference>>(
        [.. RecipeDifference.Between(RunEndpoints.Find(catalog, id).Facts.Run.ReadRecipe(), RunEndpoints.Find(catalog, with).Facts.Run.ReadRecipe())
            .Select(difference => difference with { One = Redaction.Of(difference.One), Other = Redaction.Of(difference.Other) })]);

    private static Results<Ok<RunSummary>, NoContent> Summary(string id, RunCatalog catalog) =>
        RunSummary.Read(RunEndpoints.Find(catalog, id).Facts.Run) is { } summary ? TypedResults.Ok(summary) : TypedResults.NoContent();

    private static Ok<LogPage> Log(string id, RunCatalog catalog, string file = "run", long? after = null, int bytes = 64 * 1024)
    {
        RunDirectory run = RunEndpoints.Find(catalog, id).Facts.Run;
        string path = file switch
        {
            "run" => run.LogFile,
            "console" => run.ConsoleFile,
            _ => throw new RefusedException(Refusal.Invalid, $"file: there is no '{file}'; there are run and console"),
        };
        return TypedResults.Ok(LogPage.Read(path, after, Math.Clamp(bytes, 1, LongestTail)));
    }

    /// <summary>A place that a request names; the log's end where it is negative.</summary>
    private static long Place(RunDirectory run, long after) => after >= 0 ? after : File.Exists(run.EventsFile) ? new FileInfo(run.EventsFile).Length : 0;
}
