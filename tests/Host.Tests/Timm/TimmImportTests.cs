using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Timm;

/// <summary><c>recipe import</c>: what timm's arguments come to.</summary>
public sealed class TimmImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The files have every option of a release (A1: 0.5.4, A2: 0.9.12, A3: 1.0.15) with the procedure's values and its defaults.</summary>
    [Theory]
    [InlineData("a1")]
    [InlineData("a2")]
    [InlineData("a3", "eval.size")]
    public void The_papers_procedures_come_to_the_shipped_recipes(string name, params string[] more)
    {
        (int code, string yaml, string error) = Run("recipe", "import", Path.Combine(TestPaths.Repository, "tests", "timm", name + ".yaml"), "--processes", "4");
        Assert.Equal(("", ExitCodes.Success), (error, code));
        Recipe imported = RecipeLoader.Parse(yaml, "imported"), shipped = Load(name);
        // Where the images lie, how they are tested and what is kept: not the training.
        string[] stated = ["checkpoint.keep", "data.train", "data.val", "description", "eval.batchSize", "log.everySteps", "log.to", "train.precision", .. more];
        Assert.Equal(stated.Order(StringComparer.Ordinal), Differing(imported, shipped));
        Assert.Equal(("/data/imagenet/train", 512, 2048), (imported.Data.Train, imported.Train.GroupSize, imported.Train.BatchSize));
    }

    [Fact]
    public void What_is_not_here_and_what_timm_has_not_is_listed()
    {
        string file = Write("""
            model: resnet50
            data_dir: /data
            opt: rmsproptf
            sched: tanh
            aa: augmix-m5
            vflip: 0.5
            sync_bn: true
            lr_noise: [0.4, 0.9]
            model_kwargs: {act_layer: silu}
            mixxup: 0.2
            secret: 7
            vflip_: null
            bn_eps: null
            jsd_loss: false
            workers: 8
            """);
        (int code, string output, string error) = Run("recipe", "import", file, "--json");
        Assert.Equal(ExitCodes.Failure, code);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement import = json.RootElement;
        Assert.Equal(["aa", "lr_noise", "model_kwargs", "opt", "sched", "sync_bn", "vflip"], Keys(import, "notMapped").Order(StringComparer.Ordinal));
        Assert.Equal(["mixxup", "secret", "vflip_"], Keys(import, "unknown"));
        Assert.Equal(["model", "data_dir"], Keys(import, "mapped"));
        Assert.Equal(["bn_eps", "jsd_loss", "workers"], import.GetProperty("notNeeded").EnumerateArray().Select(key => key.GetString()));
        Assert.Contains("not mapped: opt: rmsproptf: there are sgd, nesterov, momentum, adamw, lamb, lambc; the recipe has sgd", error, StringComparison.Ordinal);
        Assert.Contains("not mapped: vflip: 0.5: no vertical flip", error, StringComparison.Ordinal);
        Assert.Contains("unknown: mixxup: 0.2: not an option of timm's train.py; did you mean 'mixup'?", error, StringComparison.Ordinal);
        string recipe = import.GetProperty("recipe").GetString()!;
        Assert.Contains("# not mapped: model_kwargs: {act_layer: silu}: ", recipe, StringComparison.Ordinal);
        Assert.Equal("constant", Line(RecipeLoader.Parse(recipe, "imported"), "schedule.name"));
    }

    [Theory]
    // The rate that timm makes of lr_base: by the square root for optimizers of LAMB's kind.
    [InlineData("opt: lamb\nlr: null\nlr_base: 0.01\nbatch_size: 64\ngrad_accum_steps: 4", 2, "optimizer.lr", "0.014142135623730952")]
    [InlineData("opt: sgd\nlr: null\nlr_base: 0.1\nbatch_size: 256", 4, "optimizer.lr", "0.4")]
    [InlineData("opt: sgd\nlr: 0.3\nlr_base: 0.1\nbatch_size: 256", 4, "optimizer.lr", "0.3")]
    [InlineData("batch_size: 64\ngrad_accum_steps: 4", 2, "train.batchSize", "512")]
    [InlineData("batch_size: 64\ngrad_accum_steps: 4", 2, "train.groupSize", "64")]
    [InlineData("batch_size: 64", 1, "train.groupSize", "auto")]
    [InlineData("epochs: 90\ncooldown_epochs: 10", 1, "train.epochs", "100")]
    [InlineData("epochs: 90\ncooldown_epochs: 10\nsched: step\ndecay_epochs: 2.4", 1, "train.epochs", "90")]
    [InlineData("sched: step\ndecay_epochs: 2.4", 1, "schedule.decayEpochs", "2.4")]
    [InlineData("sched: cosine\ndecay_epochs: 2.4", 1, "schedule.decayEpochs", "30")]
    [InlineData("color_jitter: 0.3", 1, "augment.colorJitter", "0.3")]
    [InlineData("color_jitter: 0.3\naa: original", 1, "augment.colorJitter", "0")]
    [InlineData("no_aug: true\nimg_size: 64", 1, "augment.crop", "center")]
    // timm's script takes plain cross-entropy then.
    [InlineData("bce_loss: true\nsmoothing: 0", 1, "loss.name", "crossEntropy")]
    [InlineData("bce_loss: true\nsmoothing: 0.1", 1, "loss.name", "bce")]
    [InlineData("bce_loss: true\nbce_sum: true", 1, "loss.reduction", "sumClasses")]
    [InlineData("amp: true\namp_dtype: bfloat16", 1, "train.precision", "bf16")]
    [InlineData("amp: false", 1, "train.precision", "fp32")]
    [InlineData("native_amp: true", 1, "train.precision", "fp16")]
    [InlineData("dist_bn: ''", 1, "distributed.batchNorm", "none")]
    [InlineData("model_ema: true\nmodel_ema_decay: 0.999", 1, "ema.decay", "0.999")]
    [InlineData("model_ema: false\nmodel_ema_decay: 0.999", 1, "ema.decay", "none")]
    [InlineData("model: resnet50.a1_in1k\npretrained: true", 1, "train.from", "timm/resnet50.a1_in1k")]
    [InlineData("model: efficientnet_b4", 1, "augment.size", "320")]
    [InlineData("model: efficientnet_b4\nimg_size: 160", 1, "eval.size", "160")]
    [InlineData("input_size: [3, 192, 192]", 1, "augment.size", "192")]
    [InlineData("mean: [0.5]", 1, "data.mean", "[0.5, 0.5, 0.5]")]
    [InlineData("drop_connect: 0.2", 1, "model.dropPath", "0.2")]
    [InlineData("mixup: 0.2\nmixup_mode: elem", 1, "mix.mode", "elem")]
    [InlineData("mixup: 0.2\nno_prefetcher: true", 1, "mix.floats", "true")]
    [InlineData("no_prefetcher: true", 1, "mix.floats", "false")]
    [InlineData("mixup_mode: pair", 1, "mix.mode", "batch")]
    [InlineData("cutmix: 0.0\ncutmix_minmax: [0.2, 0.8]", 1, "mix.cutmix", "1")]
    [InlineData("cutmix_minmax: [0.2, 0.8]", 1, "mix.cutmixMinMax", "[0.2, 0.8]")]
    [InlineData("recovery_interval: 200", 1, "checkpoint.everySteps", "200")]
    [InlineData("opt: lamb\nmomentum: 0.5", 1, "optimizer.momentum", "0.9")]
    // What a file lacks is timm's default, not ours.
    [InlineData("model: resnet18", 1, "loss.smoothing", "0.1")]
    [InlineData("model: resnet18", 1, "optimizer.weightDecay", "2e-5")]
    [InlineData("model: resnet18", 1, "augment.colorJitter", "0.4")]
    [InlineData("model: resnet18", 1, "schedule.warmupEpochs", "5")]
    public void A_value_comes_to(string arguments, int processes, string key, string value)
    {
        (int code, string yaml, string error) = Run("recipe", "import", Write("data_dir: /data\n" + arguments), "--processes", $"{processes}");
        Assert.True(code == ExitCodes.Success, error);
        Assert.Equal(value, Line(RecipeLoader.Parse(yaml, "imported"), key));
    }

    [Theory]
    [InlineData("pretrained: true", "not mapped: pretrained: true: which weights is not said: set train.from, as timm/resnet50.TAG")]
    [InlineData("warmup_prefix: true", "not mapped: warmup_prefix: true: timm's run is 5 epochs longer than epochs and cool-down")]
    [InlineData("clip_grad: 0.01\nclip_mode: agc", "not mapped: clip_mode: agc: there are norm and value; the recipe does not clip")]
    [InlineData("data_dir: null", "not mapped: data_dir: null: no folder is named: set data.train and data.val")]
    public void What_a_recipe_cannot_say_is_told(string arguments, string message)
    {
        string start = arguments.StartsWith("data_dir", StringComparison.Ordinal) ? "" : "data_dir: /data\n";
        (int code, string yaml, string error) = Run("recipe", "import", Write(start + arguments));
        Assert.Equal(ExitCodes.Failure, code);
        Assert.StartsWith(message, error, StringComparison.Ordinal);
        RecipeLoader.Parse(yaml, "imported");
    }

    [Theory]
    [InlineData("epochs: many", ":1: epochs: found 'many'; allowed: a number")]
    [InlineData("epochs: 1.5", ":1: epochs: found '1.5'; allowed: a whole number")]
    [InlineData("amp: perhaps", ":1: amp: found 'perhaps'; allowed: true or false")]
    [InlineData("a: 1\nmodel: resnet5O", ":2: model: found 'resnet5O'; allowed: an architecture that is here; did you mean 'resnet50'?")]
    [InlineData("input_size: [1, 28, 28]", ":1: input_size: found '[1, 28, 28]'; allowed: 3 channels and a square")]
    [InlineData("interpolation: cubic", ":1: interpolation: found 'cubic'; allowed: bilinear, bicubic")]
    [InlineData("epochs: 3\nwarmup_epochs: 5", "what it says is no recipe that can be trained: ")]
    [InlineData("", "has no keys; name the args.yaml that timm's train.py has written")]
    [InlineData("- 1", "a recipe is keys with values")]
    [InlineData("a: [", "not YAML")]
    public void A_file_that_is_wrong_is_told_with_its_place(string text, string message)
    {
        (int code, string output, string error) = Run("recipe", "import", Write(text));
        Assert.Equal(ExitCodes.UserError, code);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_processes_is_one() => Assert.Contains("--processes: 1 to 65536", Run("recipe", "import", "x", "--processes", "0").Error, StringComparison.Ordinal);

    private static IEnumerable<string?> Keys(JsonElement import, string list) => import.GetProperty(list).EnumerateArray().Select(entry => entry.GetProperty("key").GetString());

    private static Recipe Load(string name) =>
        RecipeLoader.Load(Path.Combine(TestPaths.Repository, "configs", name + ".yaml"), ["data.train=somewhere"]).Recipe;

    private static IEnumerable<string> Differing(Recipe one, Recipe other)
    {
        Dictionary<string, string> lines = Lines(one), others = Lines(other);
        return lines.Keys.Where(key => lines[key] != others[key]).Order(StringComparer.Ordinal);
    }

    private static string Line(Recipe recipe, string key) => Lines(recipe)[key];

    private static Dictionary<string, string> Lines(Recipe recipe)
    {
        var lines = new Dictionary<string, string>();
        string section = "";
        foreach (string line in RecipeWriter.Write(recipe).Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = line.Trim().Split(": ", 2);
            if (line[0] != ' ' && parts.Length == 1)
            {
                section = parts[0].TrimEnd(':') + ".";
            }
            else
            {
                lines[(line[0] == ' ' ? section : "") + parts[0]] = parts.Length > 1 ? parts[1] : "";
            }
        }

        return lines;
    }

    private string Write(string text)
    {
        string file = Path.Combine(_folder.Path, "args.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (CommandLine.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}
