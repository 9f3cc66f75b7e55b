using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Pipeline.Options;

/// <summary>Where samples come from and how they flow, <c>data</c> in a recipe.</summary>
public sealed record DataOptions
{
    /// <summary>The training set: an image folder, a tar, an IDX image file, or <c>demo:train</c>.</summary>
    [Description("Training set: a folder with a sub-folder a class, a tar of the same, an IDX image file, or demo:train. ${NAME} is an environment variable."), Required]
    public string Train { get; init; } = "";

    /// <summary>The validation set; none: no validation.</summary>
    [Description("Validation set, like train; without it nothing is validated.")]
    public string? Val { get; init; }

    /// <summary>Mean of the channels.</summary>
    [Description("Mean of the channels, for pixels in 0..1."), Length(3, 3), Range(0.0, 1.0)]
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of the channels.</summary>
    [Description("Standard deviation of the channels, for pixels in 0..1."), Length(3, 3), Range(0.001, 10.0)]
    public IReadOnlyList<double> Std { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>How an epoch is shuffled.</summary>
    [Description("How an epoch is shuffled: full, or blocks(SIZE, BUFFER): blocks of SIZE neighbouring samples in random order, mixed within BUFFER samples, for disks that seek and object stores.")]
    public Shuffle Shuffle { get; init; }

    /// <summary>Repeated augmentation.</summary>
    [Description("Repeated augmentation: so many views of a sample in an epoch that stays as long as it was, so it shows a part of the set; 3 in A1 and A2. 0: each sample once."), Range(0, 64)]
    public int AugRepeats { get; init; }

    /// <summary>Worker threads that decode and augment.</summary>
    [Description("Threads that decode and augment."), Range(1, 1024), Auto("as many as the device's pace asks for, at most the cores this process may use")]
    public int? Workers { get; init; }

    /// <summary>Threads that read.</summary>
    [Description("Threads that read samples' bytes."), Range(1, 256), Auto("2, and 32 for a source behind a network")]
    public int? Readers { get; init; }

    /// <summary>Memory of the ring of batches.</summary>
    [Description("Memory for batches made ahead; at least 2 batches are held, at most 64."), Auto("512MiB")]
    public ByteSize? RingMemory { get; init; }

    /// <summary>Share of samples that may be corrupt.</summary>
    [Description("Share of the samples that may be corrupt before the run stops; corrupt ones are listed and others take their place."), Range(0.0, 1.0)]
    public double MaxBadFraction { get; init; } = 0.01;

    /// <summary>Honour the EXIF orientation; timm does not.</summary>
    [Description("Turn images by their EXIF orientation; timm ignores it.")]
    public bool ExifOrientation { get; init; }

    /// <summary>Which decoder.</summary>
    [Description("Decoder of image files: auto takes our own for baseline JPEG and libvips for everything else; managed takes only our own; libvips only libvips. The pixels are the same.")]
    public DecoderKind Decoder { get; init; } = DecoderKind.Auto;
}
