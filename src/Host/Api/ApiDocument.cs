extern alias ScalarUi;

using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using ScalarUi::Scalar.AspNetCore;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Api;

/// <summary>The API's description, OpenAPI, and the page on which it can be read and tried. Both say nothing of this server, so they want no key.</summary>
internal static class ApiDocument
{
    private const string Name = "v1", Scheme = "key";

    // The page lays itself out by styles in its elements, and begins by a script that carries the answer's own number.
    private static string PagePolicy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the description.</summary>
    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "StreamTrainer",
            Version = RunEnvironment.ProductVersion.Split('+')[0],
            Description = "Runs that train image classifiers: queued, watched, stopped, resumed. docs/service.md says how it behaves.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key; on loopback addresses none is wanted." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        document.Servers = [];
        return Task.CompletedTask;
    }));

    /// <summary>Maps both.</summary>
    public static void Map(WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").For(AccessLevel.Anybody);
        app.MapScalarApiReference("/docs", (options, context) =>
        {
            string nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            context.Response.Headers.ContentSecurityPolicy = PagePolicy(nonce);
            options.WithNonce(nonce).WithTitle("StreamTrainer API").DisableDefaultFonts().WithTheme(ScalarTheme.Default);
            options.Telemetry = false;
        }).For(AccessLevel.Anybody);
    }
}
