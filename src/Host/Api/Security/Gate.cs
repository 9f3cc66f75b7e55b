using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using StreamTrainer.Host.Service;

namespace StreamTrainer.Host.Api.Security;

/// <summary>
/// Who comes in. On loopback addresses alone whoever is on this machine may do everything, and what a page of another site sends by way of
/// somebody's browser is turned away. Everywhere else a key is wanted (<c>Authorization: Bearer</c> or <c>X-Api-Key</c>), or the word of a
/// reverse proxy that is trusted. There are no cookies.
/// </summary>
internal sealed class Gate : IMiddleware, IDisposable
{
    /// <summary>The header of a key.</summary>
    public const string KeyHeader = "X-Api-Key";

    /// <summary>Wrong keys that an address may try a minute.</summary>
    public const int WrongKeys = 20;

    private static readonly object s_caller = new();

    private readonly bool _wantsKey;
    private readonly SecuritySettings _settings;
    private readonly KeyStore _keys;
    private readonly IReadOnlyList<IPNetwork> _proxies;
    private readonly Role _proxyRole;
    private readonly PartitionedRateLimiter<string> _wrong = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = WrongKeys, Window = TimeSpan.FromMinutes(1) }));

    public Gate(Exposure exposure, ServiceSettings settings, KeyStore keys)
    {
        _wantsKey = exposure.WantsKey;
        _settings = settings.Security;
        _keys = keys;
        _proxies = [.. _settings.TrustedProxies.Select(Exposure.Network)];
        _proxyRole = Exposure.RoleOf(_settings.ProxyRole);
    }

    /// <summary>Who sent a request that was let in.</summary>
    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[s_caller]!;

    /// <inheritdoc/>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Role? least = context.GetEndpoint()?.Metadata.GetMetadata<AccessLevel>() is { } level ? level.Least : Role.Read;
        if (!_wantsKey && !IsOwnName(context.Request.Host.Host))
        {
            await Problems.Write(context, StatusCodes.Status421MisdirectedRequest,
                $"this server is not called '{context.Request.Host.Host}'; StreamTrainer:Security:Hosts allows more names than localhost").ConfigureAwait(false);
            return;
        }

        Caller? caller = Find(context, out bool wrong);
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (wrong)
        {
            using RateLimitLease lease = _wrong.AttemptAcquire(address);
            if (!lease.IsAcquired)
            {
                context.Response.Headers.RetryAfter = "60";
                await Problems.Write(context, StatusCodes.Status429TooManyRequests, "too many wrong keys from this address; try again in a minute").ConfigureAwait(false);
                return;
            }
        }

        if (least is null)
        {
            context.Items[s_caller] = caller ?? new Caller("nobody", Role.Read, IsAmbient: false);
            await next(context).ConfigureAwait(false);
            return;
        }

        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.Write(context, StatusCodes.Status401Unauthorized,
                wrong ? "this key is not known here, or was revoked" : "a key is wanted: Authorization: Bearer KEY (streamtrainer keys add makes one)").ConfigureAwait(false);
            return;
        }

        if (caller.IsAmbient && IsForeign(context.Request))
        {
            await Problems.Write(context, StatusCodes.Status403Forbidden, "the page of another site may not ask this server").ConfigureAwait(false);
            return;
        }

        if (caller.Role < least)
        {
            await Problems.Write(context, StatusCodes.Status403Forbidden,
                $"this needs the role {least.ToString()!.ToLowerInvariant()}, and {caller.Name} has {caller.Role.ToString().ToLowerInvariant()}").ConfigureAwait(false);
            return;
        }

        context.Items[s_caller] = caller;
        await next(context).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _wrong.Dispose();

    private Caller? Find(HttpContext context, out bool wrong)
    {
        wrong = false;
        if (KeyOf(context.Request) is { } key)
        {
            // A wrong key is wrong even where none is wanted. An address that tried too many is not asked for another minute's.
            if (_wrong.GetStatistics(context.Connection.RemoteIpAddress?.ToString() ?? "")?.CurrentAvailablePermits != 0 && _keys.Find(key) is { } found)
            {
                return new Caller(found.Name, found.Role, IsAmbient: false);
            }

            wrong = true;
            return null;
        }

        if (context.Connection.RemoteIpAddress is { } remote && _proxies.Any(proxy => proxy.Contains(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)))
        {
            return context.Request.Headers[_settings.UserHeader].ToString() is { Length: > 0 and < 200 } user
                ? new Caller(Printable(user), context.Request.Headers[_settings.RoleHeader].ToString() is { Length: > 0 } role ? Exposure.TryRole(role) ?? Role.Read : _proxyRole, IsAmbient: true)
                : null;
        }

        return _wantsKey ? null : Caller.Local;
    }

    private static string? KeyOf(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        string authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
            : request.Headers[KeyHeader].ToString() is { Length: > 0 } key ? key
            : null;
    }

    private bool IsOwnName(string host) =>
        host is "localhost" or "127.0.0.1" or "[::1]" or "::1" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address))
        || _settings.Hosts.Any(name => name == "*" || name.Equals(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a browser says that another site's page sends this.</summary>
    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return true;
        }

        string origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                && string.Equals(from.IsDefaultPort ? from.Host : string.Create(CultureInfo.InvariantCulture, $"{from.Host}:{from.Port}"), request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static string Printable(string name) => string.Concat(name.Where(letter => !char.IsControl(letter)));
}
