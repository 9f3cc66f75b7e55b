namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>The stage that a trainer waited for, in the order of the data's way.</summary>
public enum StallCause
{
    /// <summary>Deciding which sample comes when.</summary>
    Order,

    /// <summary>Reading bytes: the disk, the network.</summary>
    Source,

    /// <summary>From bytes to pixels.</summary>
    Decode,

    /// <summary>Crop, resize, augmentation.</summary>
    Transform,

    /// <summary>Copying to the device: the trainer's copies themselves, and waiting for slots that they still hold.</summary>
    Transfer,
}
