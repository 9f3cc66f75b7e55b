namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>An operation on 8-bit RGB pixels: timm's name and magnitudes, Pillow's pixels. Without state: any thread.</summary>
/// <param name="name">timm's name.</param>
/// <param name="magnitude">What a magnitude means; none where there is nothing to set.</param>
internal abstract class PixelOperation(string name, Magnitude? magnitude)
{
    /// <summary>timm's name.</summary>
    public string Name { get; } = name;

    /// <summary>What a magnitude means.</summary>
    public Magnitude? Magnitude { get; } = magnitude;

    /// <summary>Whether it moves pixels, so that it has a filter.</summary>
    public virtual bool IsGeometric => false;

    /// <summary>Applies it to the whole image.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="argument">How much, in the operation's own measure.</param>
    /// <param name="filter">Bilinear or bicubic; matters only where <see cref="IsGeometric"/>.</param>
    public abstract void Apply(PixelCanvas canvas, double argument, Interpolation filter);
}
