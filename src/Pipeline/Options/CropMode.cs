namespace StreamTrainer.Pipeline.Options;

/// <summary>How a training crop is taken.</summary>
public enum CropMode
{
    /// <summary>timm's and torchvision's RandomResizedCrop: a box of random area and shape, resized to <c>size</c>.</summary>
    RandomResizedCrop,

    /// <summary>The image resized to <c>size</c> (where it is not that already), then shifted by at most <c>padding</c>
    /// pixels with the border reflected: the usual one for CIFAR.</summary>
    PadShift,

    /// <summary>The short side resized to <c>size / cropPct</c>, then the centre crop, as in an evaluation.</summary>
    Center,

    /// <summary>The scale augmentation of the original ResNet (He et al., arXiv 1512.03385, section 3.4): the short side resized to
    /// a random size of <c>shortSide</c>, then a random crop of <c>size</c>.</summary>
    ScaleJitter,
}
