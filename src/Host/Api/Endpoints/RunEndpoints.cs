using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Launch;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>Runs: submitted, listed, stopped, resumed, deleted.</summary>
internal static class RunEndpoints
{
    private const int MostAtOnce = 1000;

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        RouteGroupBuilder runs = api.MapGroup("/runs").WithTags("Runs").ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("/", List).WithSummary("All runs in the server's folder, the newest first.");
        runs.MapPost("/", Submit).For(AccessLevel.Submit)
            .WithSummary("Queues a run. With an Idempotency-Key, the same submission sent again gives the same run.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        runs.MapGet("/{id}", Get).WithSummary("A run.").ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPost("/{id}/stop", Stop).For(AccessLevel.Submit)
            .WithSummary("Asks a run to save its state and end, or takes it from the queue; with now=true kills it.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapPost("/{id}/resume", Resume).For(AccessLevel.Submit)
            .WithSummary("Queues a run that rests; it goes on from its newest checkpoint.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapDelete("/{id}", Delete).For(AccessLevel.Admin)
            .WithSummary("Deletes a run that rests, with all its files; its name says again that it is meant: confirm=ID.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>A run, or the error that there is none.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public static (RunFacts Facts, QueueEntry? Entry) Find(RunCatalog catalog, string id) =>
        catalog.Find(id) ?? throw new RefusedException(Refusal.NotFound, $"there is no run '{id}'");

    private static Ok<Page<RunView>> List(RunCatalog catalog, [FromQuery] string[]? state, string? model, string? text, int offset = 0, int limit = 100)
    {
        RunStatus[] states = [.. (state ?? []).SelectMany(names => names.Split(',')).Select(StatusOf)];
        RunView[] found = [.. catalog.All.Select(run => RunViews.Of(run.Facts, run.Entry))
            .Where(run => states.Length == 0 || states.Contains(run.State))
            .Where(run => model is null || run.Model.Equals(model, StringComparison.OrdinalIgnoreCase))
            .Where(run => text is null || run.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || run.Description.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(run => run.Created).ThenByDescending(run => run.Id, StringComparer.Ordinal)];
        return TypedResults.Ok(new Page<RunView>(found.Length, [.. found.Skip(Math.Max(0, offset)).Take(Math.Clamp(limit, 1, MostAtOnce))]));
    }

    private static RunStatus StatusOf(string name) => Enum.TryParse(name, ignoreCase: true, out RunStatus status) && Enum.IsDefined(status)
        ? status
        : throw new RefusedException(Refusal.Invalid, $"state: there is no '{name}'; there are {string.Join(", ", Enum.GetNames<RunStatus>().Select(each => each.ToLowerInvariant()))}");

    private static Ok<RunView> Get(string id, RunCatalog catalog)
    {
        (RunFacts facts, QueueEntry? entry) = Find(catalog, id);
        return TypedResults.Ok(RunViews.Of(facts, entry));
    }

    private static async Task<Results<Created<RunView>, Ok<RunView>>> Submit(
        Submission submission, [FromHeader(Name = "Idempotency-Key")] string? key, HttpContext context,
        RecipeIntake intake, Supervisor supervisor, RunCatalog catalog, DeviceSlots slots, ServicePaths paths)
    {
        LaunchKind launch = Submissions.Check(submission, slots);
        Recipe recipe = intake.Check(submission);
        Submitted submitted = await supervisor.Submit(Submissions.Make(submission, recipe, launch, Gate.CallerOf(context), key, paths)).ConfigureAwait(false);
        RunView view = Get(submitted.Id, catalog).Value!;
        return submitted.Created ? TypedResults.Created($"{ApiEndpoints.Root}/runs/{submitted.Id}", view) : TypedResults.Ok(view);
    }

    private static async Task<Ok<RunView>> Stop(string id, Supervisor supervisor, RunCatalog catalog, bool now = false)
    {
        await supervisor.Stop(id, now).ConfigureAwait(false);
        return Get(id, catalog);
    }

    private static async Task<Ok<RunView>> Resume(string id, HttpContext context, Supervisor supervisor, RunCatalog catalog)
    {
        await supervisor.Resume(id, Submissions.Ticket(Gate.CallerOf(context))).ConfigureAwait(false);
        return Get(id, catalog);
    }

    private static async Task<NoContent> Delete(string id, string? confirm, HttpContext context, Supervisor supervisor)
    {
        if (confirm != id)
        {
            throw new RefusedException(Refusal.Invalid, $"a deletion takes all files of the run with it; confirm={id} says that it is meant");
        }

        await supervisor.Delete(id, Gate.CallerOf(context).Name).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}
