using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>Signs of life, for whoever restarts the service or sends requests to it. They say nothing else, so they want no key.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        RouteGroupBuilder health = app.MapGroup("/health").WithTags("Health").For(AccessLevel.Anybody);
        health.MapGet("/live", () => TypedResults.Text("live")).WithSummary("Whether the service answers at all.");
        health.MapGet("/ready", (Supervisor supervisor) => supervisor.Ready.IsCompletedSuccessfully
                ? TypedResults.Text("ready")
                : TypedResults.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable))
            .WithSummary("Whether the queue is as it was before the service's last end.");
    }
}
