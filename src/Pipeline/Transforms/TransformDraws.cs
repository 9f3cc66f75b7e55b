namespace StreamTrainer.Pipeline.Transforms;

/// <summary>What a <see cref="TrainTransform"/> drew for an image.</summary>
/// <param name="Image">Size of the image, turned where the recipe turns it.</param>
/// <param name="Plan">Crop, resize and flip.</param>
/// <param name="Jitter">Whether the operations are those of colour jitter; otherwise of a policy.</param>
/// <param name="Operations">The operations, in the order in which they were applied.</param>
public sealed record TransformDraws(ImageSize Image, CropPlan Plan, bool Jitter, IReadOnlyList<DrawnOperation> Operations)
{
    /// <summary>The part of the image that the output shows, in the image's own pixels: left, top, width, height. With a shift it may
    /// lie across the image's edge, where the image is reflected.</summary>
    public (double Left, double Top, double Width, double Height) Shown
    {
        get
        {
            double across = Plan.Box.Width / (double)Plan.Target.Width, down = Plan.Box.Height / (double)Plan.Target.Height;
            (int right, int below) = Plan.Shift ?? (0, 0);
            return (Plan.Box.Left + across * (Plan.Window.Left + right), Plan.Box.Top + down * (Plan.Window.Top + below), across * Plan.Window.Width, down * Plan.Window.Height);
        }
    }
}
