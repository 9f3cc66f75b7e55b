using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Endpoints;

namespace StreamTrainer.Host.Api;

/// <summary>All that can be asked. A new part is its file and one line here.</summary>
internal static class ApiEndpoints
{
    /// <summary>Where the API begins.</summary>
    public const string Root = "/api";

    /// <summary>Maps it.</summary>
    public static void Map(WebApplication app)
    {
        RouteGroupBuilder api = app.MapGroup(Root);
        RunEndpoints.Map(api);
        RunDetailEndpoints.Map(api);
        SampleEndpoints.Map(api);
        RecipeEndpoints.Map(api);
        SweepEndpoints.Map(api);
        SystemEndpoints.Map(api);
        HealthEndpoints.Map(app);
        ApiDocument.Map(app);
    }
}
