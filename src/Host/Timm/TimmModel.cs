using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Timm;

/// <summary>Data, network and evaluation of timm's arguments.</summary>
internal static class TimmModel
{
    private const int Channels = 3;

    /// <summary>Fills the sections in.</summary>
    public static Recipe Apply(TimmArgs args, Recipe recipe)
    {
        string[] name = args.Text("model")?.Split('.', 2) ?? ["resnet50"];
        if (!ModelRegistry.Names.Contains(name[0]))
        {
            throw args.Wrong("model", name[0], $"an architecture that is here{NearestName.Question(name[0], ModelRegistry.Names)} ('streamtrainer models' lists them)");
        }

        ModelConfig config = ModelRegistry.ConfigOf(name[0]);
        int size = Size(args) ?? config.InputSize;
        bool pretrained = args.Flag("pretrained");
        string? from = args.Text("pretrained_path") ?? args.Text("initial_checkpoint");
        if (pretrained && from is null)
        {
            from = name.Length > 1 ? $"timm/{name[0]}.{name[1]}" : null;
            if (from is null)
            {
                args.Differs("pretrained", $"which weights is not said: set train.from, as timm/{name[0]}.TAG");
            }
        }

        string? folder = args.Text("data_dir") ?? args.Text("data");
        if (folder is null)
        {
            args.Differs("data_dir", "no folder is named: set data.train and data.val");
        }

        return recipe with
        {
            Model = recipe.Model with
            {
                Name = name[0],
                NumClasses = args.Whole("num_classes"),
                DropPath = args.Number("drop_path") ?? args.Number("drop_connect") ?? 0,
                Dropout = args.Number("drop") ?? 0,
                BatchNormMomentum = args.Number("bn_momentum") ?? recipe.Model.BatchNormMomentum,
            },
            Data = recipe.Data with
            {
                Train = Split(folder, args.Text("train_split") ?? "train"),
                Val = Split(folder, args.Text("val_split") ?? "validation"),
                Mean = Colours(args, "mean") ?? config.Mean,
                Std = Colours(args, "std") ?? config.Std,
                AugRepeats = args.Whole("aug_repeats") ?? 0,
            },
            Augment = recipe.Augment with { Size = size },
            Eval = recipe.Eval with
            {
                Size = size,
                CropPct = args.Number("crop_pct") ?? config.CropPct,
                Interpolation = args.Text("interpolation") is { } filter ? Filter(args, "interpolation", filter) : config.Interpolation,
                BatchSize = args.Whole("validation_batch_size") ?? args.Whole("batch_size") ?? recipe.Eval.BatchSize,
                EveryEpochs = args.Whole("val_interval") ?? 1,
            },
            Train = recipe.Train with { From = from, CheckpointActivations = args.Flag("grad_checkpointing") },
        };
    }

    /// <summary>A filter by its name.</summary>
    public static Interpolation Filter(TimmArgs args, string key, string name)
    {
        string[] names = [.. Enum.GetNames<Interpolation>().Select(each => each.ToLowerInvariant())];
        return names.Contains(name) ? Enum.Parse<Interpolation>(name, ignoreCase: true) : throw args.Wrong(key, name, string.Join(", ", names));
    }

    private static int? Size(TimmArgs args)
    {
        int? side = args.Whole("img_size");
        if (args.Numbers("input_size") is not { } shape)
        {
            return side;
        }

        return shape is [Channels, var height, var width] && height == width && height == Math.Round(height)
            ? (int)height
            : throw args.Wrong("input_size", args.ValueOf("input_size"), "3 channels and a square, as [3, 224, 224]");
    }

    private static IReadOnlyList<double>? Colours(TimmArgs args, string key) => args.Numbers(key) switch
    {
        null => null,
        [var one] => [one, one, one],
        { Count: Channels } three => three,
        _ => throw args.Wrong(key, args.ValueOf(key), "a number, or 3"),
    };

    /// <summary>The folder of a split; timm finds the validation images under several names.</summary>
    private static string Split(string? folder, string split)
    {
        string root = folder ?? "imagenet", named = Path.Combine(root, split);
        return split != "validation" || Directory.Exists(named)
            ? named
            : ((string[])["val", "eval", "test"]).Select(other => Path.Combine(root, other)).FirstOrDefault(Directory.Exists) ?? named;
    }
}
