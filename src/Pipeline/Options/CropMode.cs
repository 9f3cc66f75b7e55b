namespace StreamTrainer.Pipeline.Options;

/// <summary>How a training crop is taken.</summary>
public enum CropMode
{
    /// <summary>timm's and torchvision's RandomResizedCrop: a box of random area and shape, resized to <c>size</c>.</summary>
    RandomResizedCrop,

    /// <summary>The image resized to <c>size</c> (where it is not that already), then shifted by at most <c>padding</c>
    /// pixels with the border reflected: the usual one for CIFAR.</summary>
    PadShift,

    /// <summary>The short side resized to <c>size</c>, then the centre crop; an evaluation with cropPct 1.</summary>
    Center,
}
