using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Policies;

namespace StreamTrainer.Host.Timm;

/// <summary>Augmentation, mixing and loss of timm's arguments.</summary>
internal static class TimmAugment
{
    /// <summary>Fills the sections in.</summary>
    public static Recipe Apply(TimmArgs args, Recipe recipe) => WithLoss(args, WithMix(args, recipe with { Augment = Augment(args, recipe.Augment, recipe.Eval.Interpolation) }));

    private static AugmentOptions Augment(TimmArgs args, AugmentOptions defaults, Interpolation test)
    {
        // Every key is asked for, whatever another one makes of it.
        var on = defaults with
        {
            Scale = args.Numbers("scale") ?? defaults.Scale,
            Ratio = args.Numbers("ratio") ?? defaults.Ratio,
            Interpolation = args.Text("train_interpolation") is { } filter ? TimmModel.Filter(args, "train_interpolation", filter) : test,
            HorizontalFlip = args.Number("hflip") ?? 0,
            AutoAugment = Policy(args),
            ColorJitter = args.Number("color_jitter") ?? 0,
            ErasingProb = args.Number("reprob") ?? 0,
        };
        ErasingMode mode = args.Text("remode") switch
        {
            "const" => ErasingMode.Const,
            "rand" => ErasingMode.Rand,
            "pixel" or null => ErasingMode.Pixel,
            var other => throw args.Wrong("remode", other, "const, rand, pixel"),
        };
        int count = args.Whole("recount") ?? 1;
        if (on.ErasingProb > 0)
        {
            on = on with { ErasingMode = mode, ErasingCount = count };
        }

        if (args.Flag("no_aug"))
        {
            // timm's loader then takes the middle of the image, by the test's filter, and nothing else.
            return defaults with { Size = on.Size, Crop = CropMode.Center, HorizontalFlip = 0, Interpolation = test };
        }

        // timm passes over the jitter where there is a policy.
        return on.AutoAugment is null ? on : on with { ColorJitter = 0 };
    }

    private static string? Policy(TimmArgs args)
    {
        if (args.Text("aa") is not { } text)
        {
            return null;
        }

        if (AugmentPolicies.Fault(text) is not { } fault)
        {
            return text;
        }

        args.Differs("aa", $"{fault}; the recipe has none");
        return null;
    }

    private static Recipe WithMix(TimmArgs args, Recipe recipe)
    {
        double mixup = args.Number("mixup") ?? 0, cutmix = args.Number("cutmix") ?? 0;
        double prob = args.Number("mixup_prob") ?? 1, switchProb = args.Number("mixup_switch_prob") ?? 0.5;
        IReadOnlyList<double>? sides = args.Numbers("cutmix_minmax");
        MixMode mode = Mode(args);
        bool floats = args.Flag("no_prefetcher");
        if (sides is not null)
        {
            cutmix = 1;
        }

        var mix = recipe.Mix with { Mixup = mixup, Cutmix = cutmix, CutmixMinMax = sides };
        if (mixup > 0 || cutmix > 0)
        {
            mix = mix with { Prob = prob, Mode = mode, Floats = floats };
        }

        return recipe with { Mix = mixup > 0 && cutmix > 0 ? mix with { SwitchProb = switchProb } : mix };
    }

    private static MixMode Mode(TimmArgs args)
    {
        switch (args.Text("mixup_mode"))
        {
            case "batch" or null:
                return MixMode.Batch;
            case "pair":
                return MixMode.Pair;
            case "elem":
                return MixMode.Elem;
            case "half":
                args.Differs("mixup_mode", "there are batch, pair and elem; the recipe has elem, with the whole batch");
                return MixMode.Elem;
            case var other:
                throw args.Wrong("mixup_mode", other, "batch, pair, elem");
        }
    }

    /// <summary>Which loss timm's script takes: binary cross-entropy only where targets are soft.</summary>
    private static Recipe WithLoss(TimmArgs args, Recipe recipe)
    {
        double smoothing = args.Number("smoothing") ?? 0;
        bool bce = args.Flag("bce_loss"), sum = args.Flag("bce_sum"), soft = smoothing > 0 || recipe.Mix.Mixup > 0 || recipe.Mix.Cutmix > 0;
        double? threshold = args.Number("bce_target_thresh");
        var loss = recipe.Loss with { Smoothing = smoothing };
        return recipe with
        {
            Loss = bce && soft
                ? loss with { Name = LossKind.Bce, TargetThreshold = threshold, Reduction = sum ? LossReduction.SumClasses : LossReduction.Mean }
                : loss,
        };
    }
}
