using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Options;

/// <summary>The training transform, <c>augment</c> in a recipe. Defaults are timm's.</summary>
public sealed record AugmentOptions
{
    /// <summary>Side of the square training image.</summary>
    [Description("Side of the square training image, in pixels."), Range(1, 4096)]
    public int Size { get; init; } = 224;

    /// <summary>The side by epoch.</summary>
    [Description("The side by epoch, for training that begins with small images: ramp(FROM, TO, START, END) goes from FROM at epoch START to TO at epoch END in multiples of 32, as FFCV does; steps(0:128, 6:160) has from each epoch on a side. augment.size is then the largest of them. none: always augment.size.")]
    public SizeSchedule? Sizes { get; init; }

    /// <summary>How the crop is taken.</summary>
    [Description("How the training crop is taken.")]
    public CropMode Crop { get; init; } = CropMode.RandomResizedCrop;

    /// <summary>Smallest and largest area of a random resized crop, as a share of the image.</summary>
    [Description("Smallest and largest area of a random resized crop, as a share of the image's."), Length(2, 2), Range(0.0, 1.0)]
    public IReadOnlyList<double> Scale { get; init; } = [0.08, 1.0];

    /// <summary>Smallest and largest aspect ratio (width over height) of a random resized crop.</summary>
    [Description("Smallest and largest aspect ratio (width over height) of a random resized crop."), Length(2, 2), Range(0.01, 100.0)]
    public IReadOnlyList<double> Ratio { get; init; } = [3.0 / 4.0, 4.0 / 3.0];

    /// <summary>Smallest and largest short side of <see cref="CropMode.ScaleJitter"/>.</summary>
    [Description("Smallest and largest size of the resized short side, in pixels, of crop scaleJitter."), Length(2, 2), Range(1, 8192)]
    public IReadOnlyList<int> ShortSide { get; init; } = [256, 480];

    /// <summary>Crop percentage of <see cref="CropMode.Center"/>.</summary>
    [Description("Crop percentage of crop center: the short side is resized to floor(size / cropPct), as in an evaluation."), Range(0.1, 1.0)]
    public double CropPct { get; init; } = 1.0;

    /// <summary>The filter of the resize.</summary>
    [Description("Filter of the resize; random draws bilinear or bicubic for each image, timm's default.")]
    public Interpolation Interpolation { get; init; } = Interpolation.Random;

    /// <summary>Largest shift of <see cref="CropMode.PadShift"/>.</summary>
    [Description("Largest shift of crop padShift, in pixels."), Range(0, 256)]
    public int Padding { get; init; } = 4;

    /// <summary>Probability of a horizontal flip.</summary>
    [Description("Probability of a horizontal flip."), Range(0.0, 1.0)]
    public double HorizontalFlip { get; init; } = 0.5;

    /// <summary>Flip every other epoch instead of at random: sample flips in even epochs by its own coin, and the other way
    /// round in odd ones (Jordan, arXiv 2404.00498, section 3.6).</summary>
    [Description("Flip each image in every other epoch, starting by a coin of its own, instead of drawing anew (arXiv 2404.00498).")]
    public bool AlternatingFlip { get; init; }

    /// <summary>RandAugment or AutoAugment by timm's text.</summary>
    [Description("RandAugment or AutoAugment by timm's text: rand-m7-mstd0.5-inc1 and the like, original, originalr, v0, v0r, these also with -mstd0.5.")]
    public string? AutoAugment { get; init; }

    /// <summary>How far brightness, contrast and saturation go from 1.</summary>
    [Description("How far brightness, contrast and saturation go from 1, each drawn for itself, in random order. Not together with autoAugment, as in timm."), Range(0.0, 10.0)]
    public double ColorJitter { get; init; }

    /// <summary>Standard deviation of AlexNet's lighting noise.</summary>
    [Description("Standard deviation of AlexNet's lighting noise along the principal components of ImageNet's colours; AlexNet's is 0.1."), Range(0.0, 10.0)]
    public double Lighting { get; init; }

    /// <summary>Probability that an image has rectangles erased.</summary>
    [Description("Probability that random erasing fills rectangles of an image, after mixing and normalisation."), Range(0.0, 1.0)]
    public double ErasingProb { get; init; }

    /// <summary>What they are filled with.</summary>
    [Description("What erased rectangles are filled with: const the mean colour, rand a normal number a channel, pixel one for each channel of each pixel.")]
    public ErasingMode ErasingMode { get; init; } = ErasingMode.Pixel;

    /// <summary>How many rectangles an image has at most; their number is drawn from 1 on.</summary>
    [Description("Most erased rectangles of an image; how many is drawn, and each is so much smaller."), Range(1, 64)]
    public int ErasingCount { get; init; } = 1;

    /// <summary>Smallest and largest erased area, as a share of the image.</summary>
    [Description("Smallest and largest erased area, as a share of the image's."), Length(2, 2), Range(0.0, 1.0)]
    public IReadOnlyList<double> ErasingArea { get; init; } = [0.02, 1.0 / 3.0];

    /// <summary>Smallest and largest ratio (height over width) of an erased rectangle.</summary>
    [Description("Smallest and largest ratio (height over width) of an erased rectangle."), Length(2, 2), Range(0.01, 100.0)]
    public IReadOnlyList<double> ErasingRatio { get; init; } = [0.3, 1.0 / 0.3];
}
