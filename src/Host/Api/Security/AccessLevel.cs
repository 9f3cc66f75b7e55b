using Microsoft.AspNetCore.Builder;

namespace StreamTrainer.Host.Api.Security;

/// <summary>What an endpoint asks of its caller; one without asks for <see cref="Role.Read"/>.</summary>
/// <param name="Least">The least role; null: none, anybody may.</param>
internal sealed record AccessLevel(Role? Least)
{
    /// <summary>For who may submit, or more.</summary>
    public static AccessLevel Submit { get; } = new(Role.Submit);

    /// <summary>For administrators.</summary>
    public static AccessLevel Admin { get; } = new(Role.Admin);

    /// <summary>For anybody: pages without data in them, and signs of life.</summary>
    public static AccessLevel Anybody { get; } = new((Role?)null);
}

/// <summary>Gives endpoints their levels.</summary>
internal static class AccessLevelExtensions
{
    /// <summary>Asks for a level.</summary>
    public static T For<T>(this T endpoint, AccessLevel level)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(level);
}
