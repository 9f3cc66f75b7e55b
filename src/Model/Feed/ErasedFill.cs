using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>Fills erased rectangles of normalised images, where the images are.</summary>
internal static class ErasedFill
{
    /// <summary>Fills in place. Training thread only.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>.</param>
    /// <param name="adjustments">The batch's rectangles, their mode and keys.</param>
    /// <param name="first">The row of the batch that the first image is.</param>
    public static void Apply(Tensor images, SampleAdjustments adjustments, int first)
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < images.shape[0]; i++)
        {
            ReadOnlySpan<CropBox> boxes = adjustments.ErasedOf(first + i);
            if (boxes.IsEmpty)
            {
                continue;
            }

            Tensor image = images[i];
            ulong key = adjustments.FillKeyOf(first + i);
            if (adjustments.Mode == ErasingMode.Pixel)
            {
                // A generator of its own, seeded by the sample's place: whatever else draws on the device does not matter.
                using var generator = new Generator(key, images.device);
                foreach (CropBox box in boxes)
                {
                    Part(image, box).copy_(randn([3, box.Height, box.Width], images.dtype, images.device, generator: generator));
                }
            }
            else
            {
                var draws = new SampleRandom((long)key, 0, 0, RandomStream.EraseFill);
                foreach (CropBox box in boxes)
                {
                    FillChannels(Part(image, box), adjustments.Mode, ref draws);
                }
            }
        }
    }

    private static void FillChannels(Tensor part, ErasingMode mode, ref SampleRandom draws)
    {
        if (mode == ErasingMode.Const)
        {
            part.zero_();
            return;
        }

        for (int channel = 0; channel < 3; channel++)
        {
            part[channel].fill_(Scalars.Of((float)Gaussian.Next(ref draws)));
        }
    }

    private static Tensor Part(Tensor image, in CropBox box) => image.narrow(1, box.Top, box.Height).narrow(2, box.Left, box.Width);
}
