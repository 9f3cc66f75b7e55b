using System.Globalization;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Host.Preview;

/// <summary>Draws in the field's words: a name and what was drawn, one line each.</summary>
internal static class PreviewText
{
    /// <summary>What was drawn for a sample, in the order in which it is done to it.</summary>
    public static IEnumerable<(string Name, string Value)> Draws(PreviewSample sample)
    {
        if (sample.Loss is { } loss)
        {
            yield return ("loss", Line($"{loss:F4}"));
        }

        yield return ("crop", Crop(sample));
        yield return ("resize", Line($"to {Size(sample.ResizedTo)}, {Word(sample.Interpolation)}{(sample.Window is { } window ? Line($", of it {Box(window)}") : "")}"));
        if (sample.Shift is { } shift)
        {
            yield return ("shift", Line($"{Math.Abs(shift.Right)} px {(shift.Right < 0 ? "left" : "right")}, {Math.Abs(shift.Down)} px {(shift.Down < 0 ? "up" : "down")}"));
        }

        yield return ("flip", sample.Flip ? "yes" : "no");
        foreach ((string name, IReadOnlyList<DrawnOperation>? operations) in ((string, IReadOnlyList<DrawnOperation>?)[])[("policy", sample.AutoAugment), ("jitter", sample.ColorJitter)])
        {
            foreach (DrawnOperation operation in operations ?? [])
            {
                yield return (name, Operation(operation));
            }

            if (operations is { Count: 0 })
            {
                yield return (name, "nothing");
            }
        }

        if (sample.Mix is { } mix)
        {
            yield return (mix.Kind, Mix(mix));
        }

        if (sample.Lighting is [var red, var green, var blue])
        {
            yield return ("lighting", Line($"red {Signed(255 * red)}, green {Signed(255 * green)}, blue {Signed(255 * blue)} of 255"));
        }

        if (sample.Erased is { } erased)
        {
            foreach (CropBox box in erased)
            {
                yield return ("erasing", $"{Box(box)}, {Fill(sample.ErasingMode)}");
            }

            if (erased.Count == 0)
            {
                yield return ("erasing", "nothing");
            }
        }
    }

    /// <summary>What a recipe does to all of its samples.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(Recipe recipe)
    {
        AugmentOptions augment = recipe.Augment;
        string filter = augment.Interpolation == Interpolation.Random ? "bilinear or bicubic" : Word(augment.Interpolation);
        yield return ("crop", augment.Crop switch
        {
            CropMode.RandomResizedCrop => Line($"random resized crop to {augment.Size} px, scale {augment.Scale[0]:0.##} to {augment.Scale[1]:0.##}, ratio {augment.Ratio[0]:0.##} to {augment.Ratio[1]:0.##}, {filter}"),
            CropMode.PadShift => Line($"{augment.Size} px, shifted by up to {augment.Padding} px over a reflected border, {filter}"),
            CropMode.ScaleJitter => Line($"short side to {augment.ShortSide[0]} to {augment.ShortSide[1]} px, random crop of {augment.Size} px, {filter}"),
            _ => Line($"short side to {augment.Size} px, centre crop, {filter}"),
        });
        yield return ("flip", augment.AlternatingFlip ? "every other epoch" : Line($"with probability {augment.HorizontalFlip:0.##}"));
        if (augment.AutoAugment is { } policy)
        {
            yield return ("policy", policy);
        }
        else if (augment.ColorJitter > 0)
        {
            yield return ("jitter", Line($"brightness, contrast and saturation by up to {augment.ColorJitter:0.##}, in random order"));
        }

        if (recipe.Data.AugRepeats > 0)
        {
            yield return ("repeats", Line($"{recipe.Data.AugRepeats} views of a sample in an epoch, which so shows a part of the set"));
        }

        if (recipe.Mix is { Prob: > 0 } mix && (mix.Mixup > 0 || mix.Cutmix > 0))
        {
            yield return ("mixing", Mixing(mix, StepSizes.Of(recipe.Train)));
        }

        if (augment.Lighting > 0)
        {
            yield return ("lighting", Line($"standard deviation {augment.Lighting:0.###}"));
        }

        if (augment.ErasingProb > 0)
        {
            yield return ("erasing", Line($"with probability {augment.ErasingProb:0.##}, {(augment.ErasingCount == 1 ? "one rectangle" : Line($"up to {augment.ErasingCount} rectangles"))}, {Fill(augment.ErasingMode)}"));
        }
    }

    /// <summary>Where a sample stands.</summary>
    public static string Place(PreviewSample sample) =>
        Line($"epoch {sample.Epoch}, batch {sample.Batch}, row {sample.Row} (position {sample.Position}, step {sample.Step})");

    /// <summary>Width and height.</summary>
    public static string Size(ImageSize size) => Line($"{size.Width} × {size.Height}");

    private static string Crop(PreviewSample sample)
    {
        (CropBox crop, ImageSize image) = (sample.Crop, sample.Image);
        return crop == new CropBox(0, 0, image.Width, image.Height)
            ? Line($"all of {Size(image)}")
            : Line($"{Box(crop)}, {100.0 * crop.Width * crop.Height / ((double)image.Width * image.Height):F0} % of {Size(image)}");
    }

    private static string Operation(DrawnOperation operation)
    {
        string argument = operation is { Argument: { } value, Measure: { } measure }
            ? measure switch
            {
                OperationMeasure.Degrees => Line($" by {Signed(value)}°"),
                OperationMeasure.Slope => Line($" by {Signed(value, "0.000")}"),
                OperationMeasure.Pixels => Line($" by {Signed(value)} px"),
                OperationMeasure.ShareOfSide => Line($" by {Signed(100 * value)} % of the side"),
                OperationMeasure.Factor => Line($", factor {value:F3}"),
                OperationMeasure.Bits => Line($" to {Math.Clamp((int)value, 0, 8)} bits"),
                OperationMeasure.Threshold => Line($" from {value:0} on"),
                _ => Line($" {Signed(value, "0")} below 128"),
            }
            : "";
        string magnitude = operation.Magnitude is { } level ? Line($", magnitude {level:0.##}") : "";
        return $"{operation.Name}{argument}{magnitude}{(operation.Interpolation is { } filter ? $", {Word(filter)}" : "")}";
    }

    private static string Mix(PreviewMix mix) => Line(
        $"{(mix.Box is { } box ? $"{Box(box)} from" : "with")} row {mix.Row}, sample {mix.Partner.Sample}: {mix.Lambda:P1} own, {1 - mix.Lambda:P1} class {mix.Partner.Label} {mix.Partner.ClassName}");

    private static string Mixing(MixOptions mix, StepSizes sizes)
    {
        string kinds = mix switch
        {
            { Mixup: > 0, Cutmix: > 0 } => Line($"mixup of alpha {mix.Mixup:0.##} or cutmix of alpha {mix.Cutmix:0.##}, cutmix with probability {mix.SwitchProb:0.##}"),
            { Mixup: > 0 } => Line($"mixup of alpha {mix.Mixup:0.##}"),
            _ => Line($"cutmix of alpha {mix.Cutmix:0.##}"),
        };
        return Line($"{kinds}, {(mix.Prob >= 1 ? "always" : Line($"with probability {mix.Prob:0.##}"))}; one decision for {sizes.Group} images, of which the first is mixed with the last");
    }

    private static string Fill(ErasingMode? mode) => mode switch
    {
        ErasingMode.Const => "mean colour",
        ErasingMode.Rand => "one random colour",
        _ => "noise",
    };

    private static string Box(CropBox box) => Line($"left {box.Left}, top {box.Top}, {box.Width} × {box.Height} px");

    private static string Word(Interpolation interpolation) => interpolation.ToString().ToLowerInvariant();

    private static string Signed(double value, string format = "0.0") => value.ToString($"+{format};−{format};{format}", CultureInfo.InvariantCulture);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
