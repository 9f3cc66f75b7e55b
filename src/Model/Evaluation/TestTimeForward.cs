using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Options;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Evaluation;

/// <summary>A model's answer in an evaluation: the same for a data set and for one image.</summary>
internal static class TestTimeForward
{
    private const int Width = 3;

    /// <summary>The logits, [N, classes].</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="images">Normalised images, [N, 3, H, W].</param>
    /// <param name="augmentation">What each image is scored as.</param>
    public static Tensor Logits(ImageClassifier model, Tensor images, TestTimeAugmentation augmentation)
    {
        Tensor logits = model.forward(images);
        return augmentation == TestTimeAugmentation.Flip
            ? logits.to(ScalarType.Float32).add(model.forward(images.flip(Width)).to(ScalarType.Float32), alpha: Scalars.One).div_(Scalars.Of(2))
            : logits;
    }
}
