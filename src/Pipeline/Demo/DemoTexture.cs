namespace StreamTrainer.Pipeline.Demo;

/// <summary>What the demo's object is covered with.</summary>
internal enum DemoTexture
{
    /// <summary>Parallel stripes.</summary>
    Stripes,

    /// <summary>Round spots on a square lattice.</summary>
    Spots,
}

/// <summary>The textures as distances to their edges.</summary>
internal static class DemoTextures
{
    /// <summary>Distance to the nearest edge between the texture's two colours, in periods; negative in the first colour.
    /// Both textures give the first colour about the same share of the area, so a mean colour tells nothing.</summary>
    public static double Distance(DemoTexture texture, double u, double v)
    {
        double x = u - Math.Floor(u) - 0.5, y = v - Math.Floor(v) - 0.5;
        return texture == DemoTexture.Stripes ? Math.Abs(x) - 0.22 : Math.Sqrt(x * x + y * y) - 0.37;
    }
}
