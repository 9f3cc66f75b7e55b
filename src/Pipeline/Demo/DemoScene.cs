using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>
/// One image of the demo before it is painted. Shape and texture make the class; everything else (size of the image, place,
/// scale, rotation, colours, light, clutter) is drawn without regard to it.
/// </summary>
internal sealed class DemoScene
{
    private DemoScene(DemoShape shape, DemoTexture texture, ref SampleRandom draws)
    {
        Shape = shape;
        Texture = texture;
        Size = new ImageSize(72 + (int)(57 * draws.Next()), 72 + (int)(57 * draws.Next()));
        double side = Math.Min(Size.Width, Size.Height);
        Radius = side * (0.30 + 0.14 * draws.Next());
        // Inside the square in the middle, which is what evaluation sees of a long image; corners may be cut off.
        double reach = Radius * 0.85;
        CenterX = (Size.Width - side) / 2 + reach + (side - 2 * reach) * draws.Next();
        CenterY = (Size.Height - side) / 2 + reach + (side - 2 * reach) * draws.Next();
        // Up to 30 degrees either way.
        Rotation = DemoDirection.DrawNear(ref draws, 0.577);
        TextureDirection = DemoDirection.Draw(ref draws);
        Period = Radius * (0.34 + 0.16 * draws.Next());
        PhaseU = draws.Next();
        PhaseV = draws.Next();

        // The object is brighter than what is behind it, whatever the hues are: an outline is always there.
        BackgroundFrom = DemoColor.Draw(ref draws, 30, 95);
        BackgroundTo = DemoColor.Draw(ref draws, 30, 95);
        BackgroundDirection = DemoDirection.Draw(ref draws);
        First = DemoColor.Draw(ref draws, 125, 160);
        Second = DemoColor.Draw(ref draws, 200, 245);
        LightDirection = DemoDirection.Draw(ref draws);
        Light = 0.25 * draws.Next();
        Grain = 2 + 10 * draws.Next();
        GrainSeed = draws.NextUInt64();
        Clutter = new DemoClutter[4 + (int)(5 * draws.Next())];
        for (int i = 0; i < Clutter.Length; i++)
        {
            Clutter[i] = DemoClutter.Draw(ref draws, Size);
        }

        // From 4:2:0 to 4:4:4, as real collections have it.
        Quality = 84 + (int)(12 * draws.Next());
    }

    public DemoShape Shape { get; }

    public DemoTexture Texture { get; }

    public ImageSize Size { get; }

    /// <summary>Pixels from the object's centre to its farthest points, about.</summary>
    public double Radius { get; }

    public double CenterX { get; }

    public double CenterY { get; }

    public DemoDirection Rotation { get; }

    public DemoDirection TextureDirection { get; }

    /// <summary>Pixels after which the texture repeats.</summary>
    public double Period { get; }

    public double PhaseU { get; }

    public double PhaseV { get; }

    public DemoColor First { get; }

    public DemoColor Second { get; }

    public DemoColor BackgroundFrom { get; }

    public DemoColor BackgroundTo { get; }

    public DemoDirection BackgroundDirection { get; }

    public DemoDirection LightDirection { get; }

    /// <summary>How much brighter than the middle the lit side is, as a share.</summary>
    public double Light { get; }

    /// <summary>Largest deviation of a pixel by noise, in levels.</summary>
    public double Grain { get; }

    public ulong GrainSeed { get; }

    public DemoClutter[] Clutter { get; }

    /// <summary>Quality of the JPEG.</summary>
    public int Quality { get; }

    /// <summary>The scene of an image: a pure function of the part and the image's number.</summary>
    public static DemoScene Draw(DemoPart part, int index)
    {
        (DemoShape shape, DemoTexture texture) = DemoClasses.Of(index);
        var draws = new SampleRandom(DemoClasses.Seed, (long)part, index);
        return new DemoScene(shape, texture, ref draws);
    }
}
