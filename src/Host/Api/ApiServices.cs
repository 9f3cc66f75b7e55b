using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using StreamTrainer.Host.Api.Events;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Catalog.Series;
using StreamTrainer.Host.Service.Machine;
using StreamTrainer.Host.Service.Samples;

namespace StreamTrainer.Host.Api;

/// <summary>What the API is made of.</summary>
internal static class ApiServices
{
    /// <summary>Adds it.</summary>
    public static void Add(WebApplicationBuilder builder, ServiceSettings settings, Exposure exposure)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton(exposure).AddSingleton<Gate>();
        services.AddSingleton(provider => new KeyStore(provider.GetRequiredService<ServicePaths>().Keys));
        services.AddSingleton<RunCatalog>().AddHostedService(provider => provider.GetRequiredService<RunCatalog>());
        services.AddSingleton<SeriesCache>().AddHostedService(provider => provider.GetRequiredService<SeriesCache>());
        services.AddSingleton<EventStreams>().AddHostedService(provider => provider.GetRequiredService<EventStreams>());
        services.AddSingleton<RecipeIntake>().AddSingleton<SamplePreviews>().AddSingleton<GpuReader>();
        ApiDocument.Add(services);
        services.AddProblemDetails().AddExceptionHandler<Problems>();
        // What cannot be bound is told like every other mistake.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddRateLimiter(options => Limit(options, settings.Security));
        builder.WebHost.ConfigureKestrel(options => Limit(options, settings.Security));
    }

    private static void Limit(KestrelServerOptions options, SecuritySettings settings)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = settings.MaxBodyBytes;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.MaxRequestLineSize = 4 * 1024;
        // Who sends a byte a second holds a connection no longer than this.
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        options.Limits.MaxConcurrentConnections = 10_000;
    }

    private static void Limit(RateLimiterOptions options, SecuritySettings settings)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            await Problems.Write(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests; try again in a second").ConfigureAwait(false);
        };
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(context => Bucket("all " + Client(context), settings.RequestsPerSecond)),
            PartitionedRateLimiter.Create<HttpContext, string>(context =>
                HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
                    ? RateLimitPartition.GetNoLimiter("")
                    : Bucket("changes " + Client(context), settings.ChangesPerSecond)));
    }

    private static RateLimitPartition<string> Bucket(string client, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = 2 * perSecond,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    });

    private static string Client(HttpContext context) => $"{Gate.CallerOf(context).Name} {context.Connection.RemoteIpAddress}";
}
