namespace StreamTrainer.Pipeline.Sampling;

/// <summary>What a generator's draws are for: one number a purpose, part of the result, so never renumbered.</summary>
public enum RandomStream
{
    /// <summary>Crop, flip and the augmentations of one sample.</summary>
    Augment = 1,

    /// <summary>The epoch's permutation.</summary>
    Order = 2,

    /// <summary>Which sample stands in for one that cannot be used.</summary>
    Replacement = 3,

    /// <summary>Mixup and cutmix of one batch.</summary>
    Mix = 4,

    /// <summary>Fresh weights.</summary>
    Weights = 5,

    /// <summary>Dropout and drop path of one step.</summary>
    Model = 6,

    /// <summary>Random erasing.</summary>
    Erase = 7,

    /// <summary>The coin of a sample that decides in which epochs it is flipped, where flips alternate.</summary>
    Flip = 8,

    /// <summary>AlexNet's lighting noise.</summary>
    Lighting = 9,

    /// <summary>What erased rectangles are filled with.</summary>
    EraseFill = 10,

    /// <summary>The members of a bootstrap's resample.</summary>
    Resample = 11,

    /// <summary>What a random search tries.</summary>
    Search = 12,

    /// <summary>Mixup and cutmix of one image, or one pair of images.</summary>
    MixImage = 13,

    /// <summary>The permutation of one window of an epoch that is shuffled in blocks.</summary>
    Window = 16,
}
