using System.ComponentModel;
using System.Text.Json;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>Samples as the network sees them.</summary>
/// <param name="Report">What there is to know of them: what streamtrainer preview --json prints.</param>
/// <param name="Pictures">Their pictures, in the same order.</param>
internal sealed record SamplesView(
    [property: Description("What there is to know of them: what 'streamtrainer preview --json' prints (docs/preview.md).")] JsonElement Report,
    [property: Description("Their pictures, in the same order.")] IReadOnlyList<SamplePictures> Pictures);

/// <summary>A sample's pictures: paths on this server.</summary>
/// <param name="Original">The whole image, shrunk; absent where it cannot be decoded.</param>
/// <param name="Augmented">What the augmentation made of it.</param>
/// <param name="Given">What the network is given, where that is another picture: erased, mixed.</param>
internal sealed record SamplePictures(string? Original, string? Augmented, string? Given);
