using System.ComponentModel;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>A part of a list.</summary>
/// <param name="Total">How many there are in all.</param>
/// <param name="Items">Those of this page.</param>
internal sealed record Page<T>(
    [property: Description("How many there are in all.")] int Total,
    [property: Description("Those of this page.")] IReadOnlyList<T> Items);
