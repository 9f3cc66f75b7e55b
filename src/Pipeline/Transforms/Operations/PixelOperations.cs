using System.Collections.Frozen;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>All operations by timm's names. A new one is a file and a line here.</summary>
internal static class PixelOperations
{
    private static readonly FrozenDictionary<string, PixelOperation> s_all = ((PixelOperation[])
    [
        new AutoContrast(),
        new Equalize(),
        new Invert(),
        new Rotate(),
        new Posterize("Posterize", Magnitude.Posterize),
        new Posterize("PosterizeIncreasing", Magnitude.PosterizeIncreasing),
        new Posterize("PosterizeOriginal", Magnitude.PosterizeOriginal),
        new Solarize("Solarize", Magnitude.Solarize),
        new Solarize("SolarizeIncreasing", Magnitude.SolarizeIncreasing),
        new SolarizeAdd(),
        new Color("Color", Magnitude.Enhance),
        new Color("ColorIncreasing", Magnitude.EnhanceIncreasing),
        new Contrast("Contrast", Magnitude.Enhance),
        new Contrast("ContrastIncreasing", Magnitude.EnhanceIncreasing),
        new Brightness("Brightness", Magnitude.Enhance),
        new Brightness("BrightnessIncreasing", Magnitude.EnhanceIncreasing),
        new Sharpness("Sharpness", Magnitude.Enhance),
        new Sharpness("SharpnessIncreasing", Magnitude.EnhanceIncreasing),
        new ShearX(),
        new ShearY(),
        new TranslateX("TranslateX", Magnitude.TranslateAbsolute, relative: false),
        new TranslateX("TranslateXRel", Magnitude.TranslateRelative, relative: true),
        new TranslateY("TranslateY", Magnitude.TranslateAbsolute, relative: false),
        new TranslateY("TranslateYRel", Magnitude.TranslateRelative, relative: true),
    ]).ToFrozenDictionary(operation => operation.Name);

    /// <summary>Their names, in the alphabet's order.</summary>
    public static IEnumerable<string> Names => s_all.Keys.Order(StringComparer.Ordinal);

    /// <summary>The operation of a name.</summary>
    public static PixelOperation Of(string name) => s_all[name];
}
