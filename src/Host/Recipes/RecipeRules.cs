using System.Globalization;
using System.Text.RegularExpressions;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Recipes;

/// <summary>
/// What options must be together. An option that another one makes meaningless is an error where it was changed from its
/// default: silence would let a sweep vary a number that nothing reads.
/// </summary>
internal static partial class RecipeRules
{
    private static readonly Recipe s_defaults = new();

    /// <summary>Checks a recipe; each fault goes to <paramref name="fault"/> with the keys it is about, the first the one to
    /// blame.</summary>
    public static void Check(Recipe recipe, Action<string[], string> fault)
    {
        CheckModel(recipe.Model, fault);
        CheckAugment(recipe.Augment, fault);
        CheckSizes(recipe.Train, fault);
        AugmentRules.Check(recipe, fault);
        CheckMix(recipe, fault);
        CheckLoss(recipe.Loss, fault);
        CheckOptimizer(recipe.Optimizer, fault);
        CheckSchedule(recipe, fault);
        AverageRules.Check(recipe, fault);
        HealthRules.Check(recipe, fault);
        if (recipe.Checkpoint.Every <= TimeSpan.Zero)
        {
            fault(["checkpoint.every"], "must be longer than 0s; none turns it off");
        }

        if (recipe.Train.From is null)
        {
            Unread("train.head", "train.from", recipe.Train.Head != s_defaults.Train.Head, "has no effect without train.from; set it, or leave train.head at its default", fault);
        }

        if (recipe.Distributed.Timeout < TimeSpan.FromSeconds(1))
        {
            fault(["distributed.timeout"], "must be 1s or longer");
        }

        if (recipe.Train.Device is { } device && !DeviceName().IsMatch(device))
        {
            fault(["train.device"], $"'{device}' is no device; allowed: cpu, cuda, cuda:N with the number of a GPU, or auto");
        }
    }

    private static void CheckModel(ModelOptions model, Action<string[], string> fault)
    {
        if (!ModelRegistry.Names.Contains(model.Name))
        {
            fault(["model.name"], $"there is no '{model.Name}'{NearestName.Question(model.Name, ModelRegistry.Names)}; known are {string.Join(", ", ModelRegistry.Names)}");
        }
    }

    private static void CheckAugment(AugmentOptions augment, Action<string[], string> fault)
    {
        string crop = ScalarParsers.EnumName(augment.Crop);
        if (augment.Scale[0] > augment.Scale[1])
        {
            fault(["augment.scale"], $"the smallest area, {YamlText.Number(augment.Scale[0])}, is above the largest, {YamlText.Number(augment.Scale[1])}; write the smaller first");
        }

        if (augment.Ratio[0] > augment.Ratio[1])
        {
            fault(["augment.ratio"], $"the smallest aspect ratio, {YamlText.Number(augment.Ratio[0])}, is above the largest, {YamlText.Number(augment.Ratio[1])}; write the smaller first");
        }

        if (augment.Crop != CropMode.RandomResizedCrop)
        {
            string fix = $"has no effect with augment.crop {crop}; leave it at its default or set augment.crop to randomResizedCrop";
            Unread("augment.scale", "augment.crop", !augment.Scale.SequenceEqual(s_defaults.Augment.Scale), fix, fault);
            Unread("augment.ratio", "augment.crop", !augment.Ratio.SequenceEqual(s_defaults.Augment.Ratio), fix, fault);
        }

        if (augment.Crop != CropMode.ScaleJitter)
        {
            Unread("augment.shortSide", "augment.crop", !augment.ShortSide.SequenceEqual(s_defaults.Augment.ShortSide),
                $"has no effect with augment.crop {crop}; leave it at its default or set augment.crop to scaleJitter", fault);
        }
        else if (augment.ShortSide[0] > augment.ShortSide[1] || augment.ShortSide[0] < augment.Size)
        {
            fault(["augment.shortSide", "augment.size", "augment.crop"],
                Text($"[{augment.ShortSide[0]}, {augment.ShortSide[1]}] must go up and begin at augment.size, {augment.Size}, or above: the crop is taken from the resized image"));
        }

        if (augment.Crop != CropMode.Center)
        {
            Unread("augment.cropPct", "augment.crop", augment.CropPct != s_defaults.Augment.CropPct,
                $"has no effect with augment.crop {crop}; leave it at its default or set augment.crop to center", fault);
        }

        if (augment.Crop != CropMode.PadShift)
        {
            Unread("augment.padding", "augment.crop", augment.Padding != s_defaults.Augment.Padding,
                $"has no effect with augment.crop {crop}; leave it at its default or set augment.crop to padShift", fault);
        }
        else if (augment.Padding >= (augment.Sizes?.Smallest ?? augment.Size))
        {
            fault(["augment.padding", "augment.size", "augment.crop"], Text($"{augment.Padding} pixels cannot be reflected from an image of {augment.Sizes?.Smallest ?? augment.Size}; it must be below augment.size"));
        }

        if (augment.Sizes is { } sizes && sizes.Largest != augment.Size)
        {
            fault(["augment.size", "augment.sizes"], Text($"{augment.Size} must be the largest side of augment.sizes, {sizes.Largest}: memory and a transformer's positions are made for it; set it to {sizes.Largest}"));
        }
    }

    private static void CheckSizes(TrainOptions train, Action<string[], string> fault)
    {
        StepSizes sizes = StepSizes.Of(train);
        if (sizes.Batch % sizes.Group != 0)
        {
            int below = sizes.Batch / sizes.Group * sizes.Group;
            fault(["train.groupSize", "train.batchSize"], Text(
                $"{sizes.Group} does not divide train.batchSize, {sizes.Batch}, and all groups of a step are of one size; set {DivisorOf(sizes.Batch, sizes.Group, "train.groupSize")}train.batchSize to {below} or {below + sizes.Group}"));
        }
        else if (sizes.Group % sizes.Micro != 0)
        {
            fault(["train.microBatchSize", "train.groupSize", "train.batchSize"], Text(
                $"{sizes.Micro} does not divide the {sizes.Group} images of a group, and all passes of a group are of one size; set {DivisorOf(sizes.Group, sizes.Micro, "train.microBatchSize")}train.groupSize to a multiple of {sizes.Micro}"));
        }
    }

    /// <summary>Advice of the largest size that is allowed instead; even where it can be, because images are mixed in pairs. None
    /// where nothing but 1 divides.</summary>
    private static string DivisorOf(int whole, int most, string key) =>
        Enumerable.Range(2, most - 1).LastOrDefault(size => whole % size == 0 && (size - whole) % 2 == 0) is > 0 and var size ? Text($"{key} to {size}, or ") : "";

    private static void CheckMix(Recipe recipe, Action<string[], string> fault)
    {
        int group = StepSizes.Of(recipe.Train).Group;
        if ((recipe.Mix.Mixup > 0 || recipe.Mix.Cutmix > 0) && group % 2 != 0)
        {
            fault([recipe.Train.GroupSize is null ? "train.batchSize" : "train.groupSize", "mix.mixup", "mix.cutmix"],
                Text($"{group} is odd, and mixup and cutmix mix images in pairs; make it even or set mix.mixup and mix.cutmix to 0"));
        }

        bool mixup = recipe.Mix.Mixup > 0, cutmix = recipe.Mix.Cutmix > 0;
        if (!mixup && !cutmix)
        {
            Unread("mix.prob", "mix.mixup", recipe.Mix.Prob != s_defaults.Mix.Prob,
                "has no effect without mixup and cutmix; leave it at its default or set mix.mixup or mix.cutmix", fault);
            Unread("mix.floats", "mix.mixup", recipe.Mix.Floats,
                "has no effect without mixup and cutmix; leave it at its default or set mix.mixup or mix.cutmix", fault);
            Unread("mix.mode", "mix.mixup", recipe.Mix.Mode != s_defaults.Mix.Mode,
                "has no effect without mixup and cutmix; leave it at its default or set mix.mixup or mix.cutmix", fault);
        }

        CheckBoxes(recipe, cutmix, fault);
        if (!mixup || !cutmix)
        {
            Unread("mix.switchProb", "mix.mixup", recipe.Mix.SwitchProb != s_defaults.Mix.SwitchProb,
                "is for mixup and cutmix together; leave it at its default or set both mix.mixup and mix.cutmix", fault);
        }
    }

    private static void CheckBoxes(Recipe recipe, bool cutmix, Action<string[], string> fault)
    {
        if (recipe.Mix.CutmixMinMax is not [var least, var most])
        {
            return;
        }

        Unread("mix.cutmixMinMax", "mix.cutmix", !cutmix, "has no effect without cutmix; set mix.cutmix, to 1 as timm does, or mix.cutmixMinMax to none", fault);
        int size = recipe.Augment.Size;
        if ((int)(size * least) >= (int)(size * most))
        {
            fault(["mix.cutmixMinMax", "augment.size"],
                Text($"[{YamlText.Number(least)}, {YamlText.Number(most)}] of {size} pixels are {(int)(size * least)} and {(int)(size * most)}, and a box has at least the one and less than the other; write the smaller first, and a larger second"));
        }
    }

    private static void CheckLoss(LossOptions loss, Action<string[], string> fault)
    {
        if (loss.Name != LossKind.Bce)
        {
            Unread("loss.targetThreshold", "loss.name", loss.TargetThreshold is not null,
                "is for bce only, and loss.name is crossEntropy; set it to none or set loss.name to bce", fault);
            Unread("loss.reduction", "loss.name", loss.Reduction != s_defaults.Loss.Reduction,
                "is for bce only, and loss.name is crossEntropy; set it to mean or set loss.name to bce", fault);
        }
    }

    private static void CheckOptimizer(OptimizerOptions optimizer, Action<string[], string> fault)
    {
        OptimizerOptions defaults = s_defaults.Optimizer;
        string name = ScalarParsers.EnumName(optimizer.Name);
        bool sgd = optimizer.Name is OptimizerKind.Sgd or OptimizerKind.Momentum;
        bool lamb = optimizer.Name is OptimizerKind.Lamb or OptimizerKind.LambC;
        if (sgd)
        {
            string fix = $"is for adamW, lamb and lambC, and optimizer.name is {name}; leave it at its default";
            Unread("optimizer.betas", "optimizer.name", !optimizer.Betas.SequenceEqual(defaults.Betas), fix, fault);
            Unread("optimizer.eps", "optimizer.name", optimizer.Eps is not null, fix, fault);
        }
        else
        {
            Unread("optimizer.momentum", "optimizer.name", optimizer.Momentum != defaults.Momentum,
                $"is for sgd and momentum, and optimizer.name is {name}; leave it at its default, or see optimizer.betas", fault);
        }

        if (optimizer.ClipGrad is null)
        {
            Unread("optimizer.clipMode", "optimizer.clipGrad", optimizer.ClipMode != defaults.ClipMode, "has no effect without optimizer.clipGrad; set it, or leave optimizer.clipMode at its default", fault);
        }

        if (!lamb)
        {
            Unread("optimizer.maxGradNorm", "optimizer.name", optimizer.MaxGradNorm != defaults.MaxGradNorm,
                $"is for lamb and lambC, and optimizer.name is {name}; leave it at its default, or see optimizer.clipGrad", fault);
            string fix = $"is for lamb and lambC, and optimizer.name is {name}; leave it at its default";
            Unread("optimizer.alwaysAdapt", "optimizer.name", optimizer.AlwaysAdapt != defaults.AlwaysAdapt, fix, fault);
            Unread("optimizer.biasCorrection", "optimizer.name", optimizer.BiasCorrection != defaults.BiasCorrection, fix, fault);
        }
    }

    private static void CheckSchedule(Recipe recipe, Action<string[], string> fault)
    {
        ScheduleOptions schedule = recipe.Schedule;
        string name = ScalarParsers.EnumName(schedule.Name);
        if (schedule.WarmupEpochs > recipe.Train.Epochs)
        {
            fault(["schedule.warmupEpochs", "train.epochs"], Text($"{schedule.WarmupEpochs} epochs of warm-up do not fit into train.epochs, {recipe.Train.Epochs}"));
        }

        CheckCooldown(schedule, recipe.Train.Epochs, name, fault);
        if (schedule.Name is not (ScheduleKind.Cosine or ScheduleKind.Linear))
        {
            Unread("schedule.minLr", "schedule.name", schedule.MinLr != s_defaults.Schedule.MinLr,
                $"is for the cosine and the linear schedule, and schedule.name is {name}; leave it at its default", fault);
        }
        else if (schedule.MinLr > recipe.Optimizer.Lr)
        {
            fault(["schedule.minLr", "optimizer.lr"], $"{YamlText.Number(schedule.MinLr)} is above optimizer.lr, {YamlText.Number(recipe.Optimizer.Lr)}; a {name} schedule goes down");
        }

        if (schedule.Name is not (ScheduleKind.Step or ScheduleKind.Exponential))
        {
            Unread("schedule.decayRate", "schedule.name", schedule.DecayRate != s_defaults.Schedule.DecayRate,
                $"is for the step and the exponential schedule, and schedule.name is {name}; leave it at its default or set schedule.name to one of them", fault);
        }

        if (schedule.Name != ScheduleKind.Step)
        {
            Unread("schedule.decayEpochs", "schedule.name", schedule.DecayEpochs != s_defaults.Schedule.DecayEpochs,
                $"is for the step schedule, and schedule.name is {name}; leave it at its default or set schedule.name to step", fault);
        }
    }

    private static void CheckCooldown(ScheduleOptions schedule, int epochs, string name, Action<string[], string> fault)
    {
        if (schedule.Name is ScheduleKind.Step or ScheduleKind.Constant)
        {
            Unread("schedule.cooldownEpochs", "schedule.name", schedule.CooldownEpochs > 0,
                $"is for schedules that end somewhere, and schedule.name is {name}; leave it at its default, or set schedule.name to cosine, linear or exponential", fault);
        }
        else if (schedule.CooldownEpochs > 0 && schedule.WarmupEpochs + schedule.CooldownEpochs >= epochs)
        {
            fault(["schedule.cooldownEpochs", "train.epochs"], Text(
                $"{schedule.CooldownEpochs} epochs of cool-down and {schedule.WarmupEpochs} of warm-up leave none of train.epochs, {epochs}, for the schedule; they are among them"));
        }
    }

    internal static void Unread(string key, string because, bool changed, string message, Action<string[], string> fault)
    {
        if (changed)
        {
            fault([key, because], message);
        }
    }

    private static string Text(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex DeviceName();
}
