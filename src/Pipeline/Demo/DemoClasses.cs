namespace StreamTrainer.Pipeline.Demo;

/// <summary>A part of the demo's images; the number keys the random draws, so it stays.</summary>
internal enum DemoPart
{
    /// <summary>What is trained on.</summary>
    Train = 0,

    /// <summary>What is held out.</summary>
    Val = 1,
}

/// <summary>The demo's ten classes: five shapes times two textures.</summary>
internal static class DemoClasses
{
    /// <summary>Seed of all images. With another one, or any other change of what is painted, <see cref="Version"/> goes up.</summary>
    public const long Seed = 20211001;

    /// <summary>Version of the images; part of the cached files' names.</summary>
    public const int Version = 1;

    /// <summary>How many classes there are.</summary>
    public const int Count = 10;

    /// <summary>The class names, in the order of <see cref="Of"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Count).Select(NameOf)];

    /// <summary>How many images a part has; the classes take turns, so they are equally many.</summary>
    public static int Images(DemoPart part) => part == DemoPart.Train ? 5000 : 1000;

    /// <summary>What image <paramref name="index"/> shows.</summary>
    public static (DemoShape Shape, DemoTexture Texture) Of(int index) =>
        ((DemoShape)(index % Count / 2), (DemoTexture)(index % 2));

    private static string NameOf(int index)
    {
        (DemoShape shape, DemoTexture texture) = Of(index);
        string adjective = texture == DemoTexture.Stripes ? "striped" : "spotted";
        return $"{adjective}-{shape.ToString().ToLowerInvariant()}";
    }
}
