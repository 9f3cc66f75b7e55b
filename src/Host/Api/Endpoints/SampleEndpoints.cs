using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Preview;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Samples;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>A run's samples, augmented as they were.</summary>
internal static class SampleEndpoints
{
    private const int Most = 100;

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        RouteGroupBuilder samples = api.MapGroup("/runs/{id}/samples").WithTags("A run").ProducesProblem(StatusCodes.Status404NotFound);
        samples.MapGet("/", List).WithSummary("Samples of an epoch as the network sees them, or one sample over the epochs.").ProducesProblem(StatusCodes.Status400BadRequest);
        samples.MapGet("/{key}/{picture}", Picture).WithSummary("A picture, PNG.").Produces(StatusCodes.Status200OK, contentType: "image/png");
    }

    private static async Task<Ok<SamplesView>> List(string id, RunCatalog catalog, SamplePreviews previews, HttpContext context, int count = 12, long? epoch = null, long? sample = null)
    {
        RunDirectory run = RunEndpoints.Find(catalog, id).Facts.Run;
        if (count is < 1 or > Most)
        {
            throw new RefusedException(Refusal.Invalid, $"count: {count} is not 1 to {Most}");
        }

        (string key, JsonElement report) = await previews.Make(run, count, epoch, sample, context.RequestAborted).ConfigureAwait(false);
        int found = report.GetProperty("samples").GetArrayLength();
        return TypedResults.Ok(new SamplesView(report, [.. Enumerable.Range(0, found).Select(i => Pictures(run, previews, key, i))]));
    }

    private static SamplePictures Pictures(RunDirectory run, SamplePreviews previews, string key, int sample)
    {
        string?[] paths = [.. PreviewFiles.Kinds.Select(kind => PreviewFiles.Name(sample, kind))
            .Select(name => previews.Picture(run, key, name) is null ? null : $"{ApiEndpoints.Root}/runs/{Uri.EscapeDataString(run.Id)}/samples/{key}/{name}")];
        return new SamplePictures(paths[0], paths[1], paths[2]);
    }

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Picture(string id, string key, string picture, RunCatalog catalog, SamplePreviews previews) =>
        previews.Picture(RunEndpoints.Find(catalog, id).Facts.Run, key, picture) is { } path
            ? TypedResults.PhysicalFile(path, "image/png")
            : TypedResults.Problem("there is no such picture", statusCode: StatusCodes.Status404NotFound);
}
