using System.ComponentModel;

namespace StreamTrainer.Host.Service;

/// <summary>The section <c>StreamTrainer:Security</c>.</summary>
internal sealed class SecuritySettings
{
    [Description("Whether a key is wanted on loopback addresses too. On any other it is wanted always.")]
    public bool RequireKey { get; set; }

    [Description("Names that requests may call this server by, besides localhost and the addresses that it listens on; * for any.")]
    public string[] Hosts { get; set; } = [];

    [Description("Addresses (or networks, as 10.0.0.0/8) of reverse proxies whose word is taken for who asks.")]
    public string[] TrustedProxies { get; set; } = [];

    [Description("The header by which a trusted proxy names the user.")]
    public string UserHeader { get; set; } = "X-Forwarded-User";

    [Description("The header by which a trusted proxy gives the role: read, submit or admin.")]
    public string RoleHeader { get; set; } = "X-Forwarded-Role";

    [Description("The role of a trusted proxy's user without that header.")]
    public string ProxyRole { get; set; } = "read";

    [Description("Requests a second, of one client; so many again may come at once.")]
    public int RequestsPerSecond { get; set; } = 2000;

    [Description("Submissions, stops, deletions and the like a second, of one client.")]
    public int ChangesPerSecond { get; set; } = 50;

    [Description("Event streams that are open at the same time.")]
    public int Streams { get; set; } = 1000;

    [Description("Largest body of a request, in bytes.")]
    public long MaxBodyBytes { get; set; } = 1 << 20;
}
