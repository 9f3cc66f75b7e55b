using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Api;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Service.Launch;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>The service, put together: queue, API, and what else there is to be seen.</summary>
internal static class ServiceHost
{
    private const string DefaultUrl = "http://localhost:5000";

    /// <summary>Runs it until it is told to stop; gives the exit code.</summary>
    /// <param name="given">Settings of the command line.</param>
    /// <param name="output">Gets where it listens, and a first key.</param>
    /// <exception cref="UserErrorException">A setting cannot be used.</exception>
    public static int Run(IReadOnlyDictionary<string, string?> given, TextWriter output)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "streamtrainer" });
        builder.Configuration.AddInMemoryCollection(given);
        ServiceSettings settings = SettingsReader.Read(builder.Configuration);
        DeviceSlots slots = DeviceSlots.Parse(settings.Slots);
        var paths = new ServicePaths(settings);
        using ServiceGuard guard = ServiceGuard.Take(paths);
        paths.CleanUp();
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        Logging(builder);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(settings.StopSeconds + 10);
            options.ServicesStopConcurrently = false;
        });
        builder.Services.AddSingleton(settings).AddSingleton(slots).AddSingleton(paths).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Launchers>().AddSingleton<Supervisor>().AddHostedService(services => services.GetRequiredService<Supervisor>());
        var exposure = Exposure.Of(builder.Configuration, settings, DefaultUrl);
        ApiServices.Add(builder, settings, exposure);
        WebApplication app = builder.Build();
        ApiPipeline.Use(app);
        ApiEndpoints.Map(app);
        try
        {
            app.Start();
        }
        catch (IOException error)
        {
            throw new UserErrorException($"{error.Message.TrimEnd('.')}; choose another address with --urls", error);
        }

        Check(app, exposure);
        FirstKey(app, exposure, output);
        Tell(app, paths, slots, output);
        app.WaitForShutdown();
        ((IDisposable)app).Dispose();
        return ExitCodes.Success;
    }

    private static void Logging(WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
    }

    /// <summary>What the settings said before is so.</summary>
    private static void Check(WebApplication app, Exposure exposure)
    {
        if (!exposure.WantsKey && Addresses(app).FirstOrDefault(address => !Exposure.IsLoopback(address)) is { } open)
        {
            throw new InvalidOperationException($"{open} can be reached from elsewhere, and no key is wanted");
        }
    }

    private static void FirstKey(WebApplication app, Exposure exposure, TextWriter output)
    {
        KeyStore keys = app.Services.GetRequiredService<KeyStore>();
        if (exposure.WantsKey && keys.All().Count == 0)
        {
            output.WriteLine($"the first key, of an administrator; it is not shown again: {keys.Add("first", Role.Admin)}");
        }
    }

    private static ICollection<string> Addresses(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    private static void Tell(WebApplication app, ServicePaths paths, DeviceSlots slots, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"streamtrainer serves {string.Join(", ", Addresses(app))}: runs in {paths.Runs}, {Counted.Of(slots.Count, "slot")}; Ctrl-C stops it"));
        output.Flush();
    }
}
