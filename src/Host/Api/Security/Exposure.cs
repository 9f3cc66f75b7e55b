using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using StreamTrainer.Host.Service;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Api.Security;

/// <summary>Who can reach the service.</summary>
/// <param name="WantsKey">Whether it wants a key: it is reached from other machines, or told so.</param>
internal sealed record Exposure(bool WantsKey)
{
    /// <summary>By the addresses that are set.</summary>
    public static Exposure Of(IConfiguration configuration, ServiceSettings settings, string defaultUrl)
    {
        string urls = configuration["urls"] is { Length: > 0 } set ? set : defaultUrl;
        IEnumerable<string> endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>();
        // Ports alone are bound on every address.
        bool ports = configuration["http_ports"] is { Length: > 0 } || configuration["https_ports"] is { Length: > 0 };
        bool open = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(endpoints).Any(url => !IsLoopback(url)) || ports;
        return new Exposure(open || settings.Security.RequireKey);
    }

    /// <summary>Whether only this machine reaches an address.</summary>
    public static bool IsLoopback(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new UserErrorException($"--urls: '{url}' is no address; write http://localhost:5000, or https://0.0.0.0:5443", error);
        }

        return address.IsUnixPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>A network, or a single address.</summary>
    /// <exception cref="UserErrorException">It is neither.</exception>
    public static IPNetwork Network(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new UserErrorException($"StreamTrainer:Security:TrustedProxies: '{text}' is neither an address nor a network, as 10.0.0.0/8");

    /// <summary>A role by its name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static Role RoleOf(string name) => TryRole(name) ?? throw new UserErrorException($"there is no role '{name}'; there are read, submit and admin");

    /// <summary>The same; null where there is none.</summary>
    public static Role? TryRole(string name) => name switch
    {
        "read" => Role.Read,
        "submit" => Role.Submit,
        "admin" => Role.Admin,
        _ => null,
    };
}
