using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Evaluation;

/// <summary>A model's answer in an evaluation: the same for a data set and for one image.</summary>
internal static class TestTimeForward
{
    private const int Height = 2, Width = 3, Shift = 1;

    /// <summary>The logits, [N, classes].</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="images">Normalised images, [N, 3, H, W].</param>
    /// <param name="augmentation">What each image is scored as.</param>
    public static Tensor Logits(ImageClassifier model, Tensor images, TestTimeAugmentation augmentation) => augmentation switch
    {
        TestTimeAugmentation.Flip => Flipped(model, images),
        TestTimeAugmentation.FlipTranslate => Mean(Flipped(model, images), Translated(model, images)),
        _ => model.forward(images),
    };

    private static Tensor Flipped(ImageClassifier model, Tensor images) => Mean(model.forward(images), model.forward(images.flip(Width)));

    /// <summary>The mean of the images moved by a pixel up and left, and down and right; what comes in is what lies behind the border,
    /// mirrored.</summary>
    private static Tensor Translated(ImageClassifier model, Tensor images)
    {
        Tensor wide = nn.functional.pad(images, [Shift, Shift, Shift, Shift], PaddingModes.Reflect);
        (long height, long width) = (images.shape[Height], images.shape[Width]);
        return Mean(
            Flipped(model, wide.narrow(Height, 0, height).narrow(Width, 0, width)),
            Flipped(model, wide.narrow(Height, 2 * Shift, height).narrow(Width, 2 * Shift, width)));
    }

    private static Tensor Mean(Tensor a, Tensor b) =>
        a.to(ScalarType.Float32).add(b.to(ScalarType.Float32), alpha: Scalars.One).div_(Scalars.Of(2));
}
