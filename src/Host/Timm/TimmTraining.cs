using System.Globalization;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Timm;

/// <summary>Optimizer, schedule and loop of timm's arguments.</summary>
internal static class TimmTraining
{
    private const int DefaultBatch = 128;

    private static readonly Dictionary<string, OptimizerKind> s_optimizers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sgd"] = OptimizerKind.Sgd,
        ["nesterov"] = OptimizerKind.Sgd,
        ["momentum"] = OptimizerKind.Momentum,
        ["adamw"] = OptimizerKind.AdamW,
        ["lamb"] = OptimizerKind.Lamb,
        ["lambc"] = OptimizerKind.LambC,
    };

    /// <summary>Fills the sections in.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="processes">Processes that timm ran; the file does not say.</param>
    public static Recipe Apply(TimmArgs args, Recipe recipe, int processes)
    {
        int group = args.Whole("batch_size") ?? DefaultBatch, passes = processes * Math.Max(1, args.Whole("grad_accum_steps") ?? 1);
        recipe = recipe with
        {
            Optimizer = Optimizer(args, recipe.Optimizer, Rate(args, group * passes)),
            Train = recipe.Train with
            {
                BatchSize = group * passes,
                GroupSize = passes > 1 ? group : null,
                Seed = args.Whole("seed") ?? 0,
                Precision = Precision(args),
                Device = Device(args),
            },
            Distributed = recipe.Distributed with { BatchNorm = Statistics(args) },
            Ema = recipe.Ema with { Decay = EmaDecay(args, out bool warmup), Warmup = warmup },
            Checkpoint = recipe.Checkpoint with { EverySteps = args.Whole("recovery_interval") is > 0 and var steps ? steps : null, Keep = Math.Max(1, args.Whole("checkpoint_hist") ?? 10) },
            Log = recipe.Log with { EverySteps = Math.Max(1, args.Whole("log_interval") ?? 50), To = args.Flag("log_wandb") ? [LogTarget.Csv, LogTarget.Tensorboard] : [LogTarget.Csv] },
        };
        return WithSchedule(args, recipe);
    }

    /// <summary>timm's rate: <c>lr</c>, or what it makes of <c>lr_base</c>.</summary>
    private static double Rate(TimmArgs args, int batch)
    {
        double? rate = args.Number("lr");
        double basic = args.Number("lr_base") ?? 0.1, size = args.Number("lr_base_size") ?? 256;
        string optimizer = args.Text("opt") ?? "sgd";
        string scale = args.Text("lr_base_scale") ?? (optimizer.Contains("ada", StringComparison.OrdinalIgnoreCase) || optimizer.Contains("lamb", StringComparison.OrdinalIgnoreCase) ? "sqrt" : "linear");
        return rate ?? basic * (scale == "sqrt" ? Math.Sqrt(batch / size) : batch / size);
    }

    private static OptimizerOptions Optimizer(TimmArgs args, OptimizerOptions defaults, double rate)
    {
        string name = args.Text("opt") ?? "sgd";
        if (!s_optimizers.TryGetValue(name, out OptimizerKind kind))
        {
            args.Differs("opt", $"there are {string.Join(", ", s_optimizers.Keys)}; the recipe has {Recipes.ScalarParsers.EnumName(defaults.Name)}");
            kind = defaults.Name;
        }

        bool sgd = kind is OptimizerKind.Sgd or OptimizerKind.Momentum;
        double momentum = args.Number("momentum") ?? defaults.Momentum;
        double? eps = args.Number("opt_eps"), clip = args.Number("clip_grad");
        IReadOnlyList<double>? betas = args.Numbers("opt_betas");
        ClipMode mode = ClipMode.Norm;
        switch (args.Text("clip_mode"))
        {
            case "norm" or null:
                break;
            case "value":
                mode = clip is null ? mode : ClipMode.Value;
                break;
            default:
                if (clip is not null)
                {
                    args.Differs("clip_mode", "there are norm and value; the recipe does not clip");
                    clip = null;
                }

                break;
        }

        return defaults with
        {
            Name = kind,
            Lr = rate,
            WeightDecay = args.Number("weight_decay") ?? 0,
            Momentum = sgd ? momentum : defaults.Momentum,
            Eps = sgd ? null : eps,
            Betas = sgd ? defaults.Betas : betas ?? defaults.Betas,
            ClipGrad = clip,
            ClipMode = mode,
            LayerDecay = args.Number("layer_decay"),
        };
    }

    /// <summary>timm sets what its options are told and leaves the others alone; a schedule's own options only where it reads them.</summary>
    private static Recipe WithSchedule(TimmArgs args, Recipe recipe)
    {
        int epochs = args.Whole("epochs") ?? 300, cooldown = args.Whole("cooldown_epochs") ?? 0;
        double warmup = args.Number("warmup_epochs") ?? 0, minimum = args.Number("min_lr") ?? 0;
        double decayRate = args.Number("decay_rate") ?? 0.1, decayEpochs = args.Number("decay_epochs") ?? 90;
        var schedule = recipe.Schedule with
        {
            WarmupEpochs = warmup,
            WarmupLr = args.Number("warmup_lr") ?? recipe.Schedule.WarmupLr,
            WarmupPrefix = args.Flag("warmup_prefix"),
            PerStep = args.Flag("sched_on_updates"),
        };
        string name = args.Text("sched") ?? "cosine";
        switch (name)
        {
            case "cosine":
                schedule = schedule with { Name = ScheduleKind.Cosine, MinLr = minimum, CooldownEpochs = cooldown };
                epochs += cooldown;
                break;
            case "step":
                schedule = schedule with { Name = ScheduleKind.Step, DecayRate = decayRate, DecayEpochs = decayEpochs };
                break;
            default:
                args.Differs("sched", "there are cosine and step; the recipe has constant");
                schedule = schedule with { Name = ScheduleKind.Constant };
                break;
        }

        if (schedule.WarmupPrefix && warmup > 0)
        {
            args.Differs("warmup_prefix", string.Create(CultureInfo.InvariantCulture, $"timm's run is {warmup} epochs longer than epochs and cool-down; the recipe's ends so much earlier on the same curve"));
        }

        return recipe with { Schedule = schedule, Train = recipe.Train with { Epochs = epochs } };
    }

    private static PrecisionMode Precision(TimmArgs args)
    {
        bool native = args.Flag("native_amp"), apex = args.Flag("apex_amp");
        string type = args.Text("amp_dtype") ?? "float16";
        if (!(args.Flag("amp") || native || apex))
        {
            return PrecisionMode.Fp32;
        }

        return type switch
        {
            "float16" => PrecisionMode.Fp16,
            "bfloat16" => PrecisionMode.Bf16,
            _ => throw args.Wrong("amp_dtype", type, "float16, bfloat16"),
        };
    }

    private static string? Device(TimmArgs args) => args.Text("device") is { } device && device != "cuda" ? device : null;

    private static StatisticsUnion Statistics(TimmArgs args) => args.Text("dist_bn") switch
    {
        "reduce" => StatisticsUnion.Reduce,
        "broadcast" => StatisticsUnion.Broadcast,
        null => StatisticsUnion.None,
        var other => throw args.Wrong("dist_bn", other, "reduce, broadcast, or nothing"),
    };

    private static double? EmaDecay(TimmArgs args, out bool warmup)
    {
        bool on = args.Flag("model_ema"), slow = args.Flag("model_ema_warmup");
        double? decay = args.Number("model_ema_decay");
        warmup = on && slow;
        return on ? decay ?? 0.9998 : null;
    }
}
