using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>Paints scenes. Plain IEEE arithmetic, so the pixels are the same on every machine.</summary>
internal static class DemoPainter
{
    /// <summary>The scene's pixels, <c>[height, width, 3]</c>, 8-bit RGB.</summary>
    public static byte[] Paint(DemoScene scene)
    {
        int width = scene.Size.Width, height = scene.Size.Height;
        var pixels = new byte[width * height * 3];
        double scale = 1.0 / Math.Max(width, height);
        int at = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++, at += 3)
            {
                double x = column + 0.5, y = row + 0.5;
                DemoColor color = Object(scene, x, y, Background(scene, x, y, scale));
                double light = 1 + scene.Light * 2 * scale * scene.LightDirection.Along(x - width / 2.0, y - height / 2.0);
                ulong noise = SplitMix.Mix(scene.GrainSeed + (ulong)at);
                pixels[at] = Level(color.Red * light, scene.Grain, noise);
                pixels[at + 1] = Level(color.Green * light, scene.Grain, noise >> 20);
                pixels[at + 2] = Level(color.Blue * light, scene.Grain, noise >> 40);
            }
        }

        return pixels;
    }

    private static DemoColor Background(DemoScene scene, double x, double y, double scale)
    {
        double along = scene.BackgroundDirection.Along(x - scene.Size.Width / 2.0, y - scene.Size.Height / 2.0) * scale;
        DemoColor color = scene.BackgroundFrom.Under(scene.BackgroundTo, Math.Clamp(0.5 + along, 0, 1));
        foreach (DemoClutter piece in scene.Clutter)
        {
            double coverage = piece.Coverage(x, y);
            if (coverage > 0)
            {
                color = color.Under(piece.Color, coverage);
            }
        }

        return color;
    }

    private static DemoColor Object(DemoScene scene, double x, double y, DemoColor background)
    {
        double dx = x - scene.CenterX, dy = y - scene.CenterY;
        double radius = scene.Radius;
        double outside = radius * DemoShapes.Distance(
            scene.Shape, scene.Rotation.Along(dx, dy) / radius, scene.Rotation.Across(dx, dy) / radius);
        double coverage = Math.Clamp(0.5 - outside, 0, 1);
        if (coverage == 0)
        {
            return background;
        }

        double texture = scene.Period * DemoTextures.Distance(
            scene.Texture,
            scene.TextureDirection.Along(dx, dy) / scene.Period + scene.PhaseU,
            scene.TextureDirection.Across(dx, dy) / scene.Period + scene.PhaseV);
        return background.Under(scene.Second.Under(scene.First, Math.Clamp(0.5 - texture, 0, 1)), coverage);
    }

    /// <summary>The level with noise: the lowest 20 bits of <paramref name="noise"/> as -1 to 1, times the grain.</summary>
    private static byte Level(double value, double grain, ulong noise) =>
        (byte)Math.Clamp(value + grain * ((noise & 0xFFFFF) / 524288.0 - 1) + 0.5, 0, 255);
}
