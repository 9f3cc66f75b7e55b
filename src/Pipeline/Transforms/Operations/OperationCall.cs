namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>An operation that a policy has drawn, ready to be applied.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Argument">How much, in the operation's own measure (degrees, a factor, a threshold).</param>
/// <param name="Filter">Bilinear or bicubic, where it moves pixels.</param>
/// <param name="Level">timm's magnitude that the argument came from; none where it was drawn itself.</param>
internal readonly record struct OperationCall(PixelOperation Operation, double Argument, Interpolation Filter = Interpolation.Bilinear, double? Level = null)
{
    /// <summary>Applies it.</summary>
    public void Apply(PixelCanvas canvas) => Operation.Apply(canvas, Argument, Filter);
}
