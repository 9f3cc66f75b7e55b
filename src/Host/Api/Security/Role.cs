namespace StreamTrainer.Host.Api.Security;

/// <summary>What a caller may do; each may do what those before it may.</summary>
internal enum Role
{
    /// <summary>Look.</summary>
    Read,

    /// <summary>Submit runs, stop and resume them.</summary>
    Submit,

    /// <summary>Delete them.</summary>
    Admin,
}

/// <summary>Who asks.</summary>
/// <param name="Name">A key's name, a proxy's user, or <c>local</c>.</param>
/// <param name="Role">What it may do.</param>
/// <param name="IsAmbient">Whether a browser sends along by itself what lets it in: then a page of another site might ask in its name.</param>
internal sealed record Caller(string Name, Role Role, bool IsAmbient)
{
    /// <summary>Whoever is on this machine.</summary>
    public static Caller Local { get; } = new("local", Role.Admin, IsAmbient: true);
}
