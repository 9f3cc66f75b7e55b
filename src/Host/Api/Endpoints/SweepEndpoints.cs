using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>Sweeps.</summary>
internal static class SweepEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        RouteGroupBuilder sweeps = api.MapGroup("/sweeps").WithTags("Sweeps");
        sweeps.MapGet("/", (ServicePaths paths, RunCatalog catalog) => TypedResults.Ok<IReadOnlyList<SweepView>>(
                [.. SweepFile.All(paths).Select(found => View(found.Id, found.Sweep, catalog, cells: false)).OrderByDescending(view => view.Created)]))
            .WithSummary("All sweeps in the server's folder of runs, the newest first.");
        sweeps.MapGet("/{id}", Get).WithSummary("A sweep with its runs.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Ok<SweepView> Get(string id, ServicePaths paths, RunCatalog catalog) => TypedResults.Ok(View(
        id, SweepFile.Find(paths, id) ?? throw new RefusedException(Refusal.NotFound, $"there is no sweep '{id}'"), catalog, cells: true));

    private static SweepView View(string id, SweepFile sweep, RunCatalog catalog, bool cells)
    {
        Dictionary<string, (RunFacts Facts, QueueEntry? Entry)> runs = catalog.All.ToDictionary(run => run.Facts.Run.Id, StringComparer.Ordinal);
        SweepCellView[] all = [.. sweep.Cells.Select(cell => new SweepCellView(
            cell.Id, cell.Set, runs.TryGetValue(cell.Id, out (RunFacts Facts, QueueEntry? Entry) run) ? RunViews.Of(run.Facts, run.Entry) : null))];
        return new SweepView
        {
            Id = id,
            Name = sweep.Name,
            Recipe = sweep.Recipe,
            Created = sweep.Created,
            Count = all.Length,
            Completed = all.Count(cell => cell.Run?.State == RunStatus.Completed),
            Cells = cells ? all : null,
        };
    }
}
