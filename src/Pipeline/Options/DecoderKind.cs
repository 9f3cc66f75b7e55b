namespace StreamTrainer.Pipeline.Options;

/// <summary>Which decoder makes pixels of image files. Where both can, they give the same.</summary>
public enum DecoderKind
{
    /// <summary>Our own for baseline JPEG, libvips for everything else and at any damage.</summary>
    Auto,

    /// <summary>Only our own: what is no sound baseline JPEG is a corrupt sample.</summary>
    Managed,

    /// <summary>Only libvips.</summary>
    Libvips,
}
