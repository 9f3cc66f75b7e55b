using Microsoft.AspNetCore.Builder;
using StreamTrainer.Host.Api.Security;

namespace StreamTrainer.Host.Api;

/// <summary>What every request goes through, in this order.</summary>
internal static class ApiPipeline
{
    /// <summary>Sets it up.</summary>
    public static void Use(WebApplication app)
    {
        SecurityHeaders.Use(app);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseMiddleware<Gate>();
        app.UseRateLimiter();
    }
}
