using CsCheck;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>A recipe torn apart: each fault is told with file, line and key, and with what is allowed.</summary>
public class RecipeErrorsTests
{
    private const string Sound = "data: {train: images}\n";

    [Theory]
    [InlineData("optimizer:\n  lrr: 0.1", "r.yaml:3: optimizer.lrr: unknown key; did you mean 'lr'? Known: {optimizer}")]
    [InlineData("optimiser:\n  lr: 0.1", "r.yaml:2: optimiser: unknown key; did you mean 'optimizer'? Known: extends, models, description, model, data, augment, eval, mix, loss, optimizer, schedule, ema, swa, train, distributed, health, checkpoint, log")]
    [InlineData("train:\n  lr: 0.1", "r.yaml:3: train.lr: unknown key; did you mean 'optimizer.lr'? Known: {train}")]
    [InlineData("train:\n  quux: 1", "r.yaml:3: train.quux: unknown key. Known: {train}")]
    [InlineData("train:\n  epochs: many", "r.yaml:3: train.epochs: found 'many'; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: 1.5", "r.yaml:3: train.epochs: found '1.5'; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: 1e3", "r.yaml:3: train.epochs: found '1e3'; did you mean 1000? Allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: 1_000", "r.yaml:3: train.epochs: found '1_000'; did you mean 1000? Allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: \"10\"", "r.yaml:3: train.epochs: found the text \"10\"; did you mean 10? Allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: [1]", "r.yaml:3: train.epochs: found a list; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs:\n    a: 1", "r.yaml:4: train.epochs: found a section; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs:", "r.yaml:3: train.epochs: found nothing; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: 0", "r.yaml:3: train.epochs: 0 is out of range; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  epochs: 99999999999", "r.yaml:3: train.epochs: found '99999999999'; allowed: a whole number from 1 to 1000000")]
    [InlineData("train:\n  maxSteps: 0", "r.yaml:3: train.maxSteps: 0 is out of range; allowed: a whole number of at least 1, or none")]
    [InlineData("train:\n  seed: -1", "r.yaml:3: train.seed: -1 is out of range; allowed: a whole number of at least 0")]
    [InlineData("train:\n  threads: none", "r.yaml:3: train.threads: found 'none'; allowed: a whole number from 1 to 1024, or auto")]
    [InlineData("train:\n  maxSteps: auto", "r.yaml:3: train.maxSteps: found 'auto'; allowed: a whole number of at least 1, or none")]
    [InlineData("train:\n  device: gpu", "r.yaml:3: train.device: 'gpu' is no device; allowed: cpu, cuda, cuda:N with the number of a GPU, or auto")]
    [InlineData("train: 3", "r.yaml:2: train: found '3'; allowed: a section of keys with values")]
    [InlineData("optimizer:\n  lr: .nan", "r.yaml:3: optimizer.lr: found '.nan'; allowed: a number from 0 to 1000")]
    [InlineData("optimizer:\n  lr: -0.1", "r.yaml:3: optimizer.lr: -0.1 is out of range; allowed: a number from 0 to 1000")]
    [InlineData("augment:\n  horizontalFlip: 50%", "r.yaml:3: augment.horizontalFlip: found '50%'; did you mean 0.5? Allowed: a number from 0 to 1")]
    [InlineData("augment:\n  alternatingFlip: yes", "r.yaml:3: augment.alternatingFlip: found 'yes'; did you mean true? Allowed: true or false")]
    [InlineData("augment:\n  scale: [0.1]", "r.yaml:3: augment.scale: a list of 1; allowed: a list of 2, each a number from 0 to 1")]
    [InlineData("augment:\n  scale: 0.1", "r.yaml:3: augment.scale: found '0.1'; allowed: a list of 2, each a number from 0 to 1")]
    [InlineData("augment:\n  scale:\n  - 0.1\n  - 2", "r.yaml:5: augment.scale: 2 is out of range; allowed: a list of 2, each a number from 0 to 1")]
    [InlineData("optimizer:\n  name: sgdd", "r.yaml:3: optimizer.name: found 'sgdd'; did you mean sgd? Allowed: sgd, momentum, adamW, lamb, lambC")]
    [InlineData("optimizer:\n  name: adamw", "r.yaml:3: optimizer.name: found 'adamw'; did you mean adamW? Allowed: sgd, momentum, adamW, lamb, lambC")]
    [InlineData("eval:\n  interpolation: random", "r.yaml:3: eval.interpolation: 'random' cannot be used here; allowed: bilinear, bicubic, lanczos, box, hamming, nearest")]
    [InlineData("checkpoint:\n  every: 30", "r.yaml:3: checkpoint.every: found '30'; allowed: a duration with its unit (ms, s, m, h or d), as 30s, 10m or 2h, or none")]
    [InlineData("checkpoint:\n  every: 30sec", "r.yaml:3: checkpoint.every: found '30sec'; allowed: a duration with its unit (ms, s, m, h or d), as 30s, 10m or 2h, or none")]
    [InlineData("checkpoint:\n  every: 0s", "r.yaml:3: checkpoint.every: must be longer than 0s; none turns it off")]
    [InlineData("augment:\n  sizes: ramp(160, 192)", "r.yaml:3: augment.sizes: found 'ramp(160, 192)'; allowed: ramp(FROM, TO, START, END) with END after START, as ramp(160, 192, 65, 76), or steps(0:SIZE, EPOCH:SIZE) with rising epochs, as steps(0:128, 6:160), or none")]
    [InlineData("data:\n  ringMemory: 512mb", "r.yaml:3: data.ringMemory: found '512mb'; did you mean 512MB? Allowed: a size in bytes or with a unit (KiB, MiB, GiB, TiB, kB, MB, GB, TB, B), as 512MiB, or auto")]
    [InlineData("model:\n  name: \"\"", "r.yaml:3: model.name: empty; it must be given (Name of the architecture, as in timm.)")]
    public void A_fault_is_told_with_its_line(string yaml, string message)
    {
        // The sound line goes behind where the fault is in its section.
        string text = yaml.StartsWith("data:", StringComparison.Ordinal) ? $"# \n{yaml}\n  train: images\n" : Sound + yaml + "\n";
        Assert.Equal(Keys(message), Fault(text));
    }

    /// <summary>A section's keys in place of its name: the list grows with the section, the sentence stays.</summary>
    private static string Keys(string message) => message
        .Replace("{train}", string.Join(", ", RecipeKey.Of(typeof(TrainOptions)).Select(key => key.Name)), StringComparison.Ordinal)
        .Replace("{optimizer}", string.Join(", ", RecipeKey.Of(typeof(OptimizerOptions)).Select(key => key.Name)), StringComparison.Ordinal);

    [Theory]
    [InlineData("augment: {scale: [0.5, 0.1]}", "augment.scale: the smallest area, 0.5, is above the largest, 0.1; write the smaller first")]
    [InlineData("augment: {ratio: [2, 1]}", "augment.ratio: the smallest aspect ratio, 2, is above the largest, 1; write the smaller first")]
    [InlineData("augment: {scale: [0.5, 1], crop: center}", "augment.scale: has no effect with augment.crop center; leave it at its default or set augment.crop to randomResizedCrop")]
    [InlineData("augment: {ratio: [1, 1], crop: padShift}", "augment.ratio: has no effect with augment.crop padShift; leave it at its default or set augment.crop to randomResizedCrop")]
    [InlineData("augment: {shortSide: [300, 400]}", "augment.shortSide: has no effect with augment.crop randomResizedCrop; leave it at its default or set augment.crop to scaleJitter")]
    [InlineData("augment: {size: 288, shortSide: [256, 480], crop: scaleJitter}", "augment.shortSide: [256, 480] must go up and begin at augment.size, 288, or above: the crop is taken from the resized image")]
    [InlineData("augment: {cropPct: 0.9}", "augment.cropPct: has no effect with augment.crop randomResizedCrop; leave it at its default or set augment.crop to center")]
    [InlineData("augment:\n  size: 224\n  sizes: steps(0:128, 6:160)", "augment.size: 224 must be the largest side of augment.sizes, 160: memory and a transformer's positions are made for it; set it to 160")]
    [InlineData("augment:\n  size: 16\n  crop: padShift\n  padding: 4\n  sizes: steps(0:4, 6:16)", "augment.padding: 4 pixels cannot be reflected from an image of 4; it must be below augment.size")]
    [InlineData("train: {head: keep}", "train.head: has no effect without train.from; set it, or leave train.head at its default")]
    [InlineData("augment: {padding: 2}", "augment.padding: has no effect with augment.crop randomResizedCrop; leave it at its default or set augment.crop to padShift")]
    [InlineData("augment: {padding: 8, size: 8, crop: padShift}", "augment.padding: 8 pixels cannot be reflected from an image of 8; it must be below augment.size")]
    [InlineData("augment: {autoAugment: rand-m7-x1}", "augment.autoAugment: 'rand-m7-x1': section 'x1': known are m, n, p, mstd, mmax, inc, w with a number, and tweights")]
    [InlineData("augment: {autoAugment: orignal}", "augment.autoAugment: 'orignal': there is no policy 'orignal'; known are rand-m7-mstd0.5-inc1 with numbers of your own, original, originalr, v0, v0r; did you mean 'original'?")]
    [InlineData("augment: {autoAugment: v0, colorJitter: 0.4}", "augment.colorJitter: is off with augment.autoAugment, as in timm; set it to 0 or augment.autoAugment to none")]
    [InlineData("augment: {autoAugment: v0, interpolation: lanczos}", "augment.interpolation: lanczos cannot turn and shear images, which augment.autoAugment does; allowed with it are bilinear, bicubic and random")]
    [InlineData("{augment: {lighting: 0.1}, mix: {cutmix: 1}}", "augment.lighting: shifts whole images after they are mixed, which is not what it is for; set it to 0, or mix.mixup and mix.cutmix, or mix.floats to true")]
    [InlineData("augment: {erasingMode: rand}", "augment.erasingMode: has no effect with augment.erasingProb 0; leave it at its default or set augment.erasingProb")]
    [InlineData("augment: {erasingCount: 2}", "augment.erasingCount: has no effect with augment.erasingProb 0; leave it at its default or set augment.erasingProb")]
    [InlineData("augment: {erasingProb: 0.25, erasingArea: [0.5, 0.1]}", "augment.erasingArea: the smallest area, 0.5, is above the largest, 0.1; write the smaller first")]
    [InlineData("augment: {erasingProb: 0.25, erasingRatio: [2, 1]}", "augment.erasingRatio: the smallest ratio, 2, is above the largest, 1; write the smaller first")]
    [InlineData("{train: {batchSize: 33}, mix: {mixup: 0.1}}", "train.batchSize: 33 is odd, and mixup and cutmix mix images in pairs; make it even or set mix.mixup and mix.cutmix to 0")]
    [InlineData("{train: {batchSize: 32, groupSize: 12}}", "train.groupSize: 12 does not divide train.batchSize, 32, and all groups of a step are of one size; set train.groupSize to 8, or train.batchSize to 24 or 36")]
    [InlineData("{train: {batchSize: 601, groupSize: 512}}", "train.groupSize: 512 does not divide train.batchSize, 601, and all groups of a step are of one size; set train.batchSize to 512 or 1024")]
    [InlineData("{train: {batchSize: 32, groupSize: 16, microBatchSize: 12}}", "train.microBatchSize: 12 does not divide the 16 images of a group, and all passes of a group are of one size; set train.microBatchSize to 8, or train.groupSize to a multiple of 12")]
    [InlineData("{train: {batchSize: 66, groupSize: 33}, mix: {cutmix: 1}}", "train.groupSize: 33 is odd, and mixup and cutmix mix images in pairs; make it even or set mix.mixup and mix.cutmix to 0")]
    [InlineData("{mix: {floats: true}}", "mix.floats: has no effect without mixup and cutmix; leave it at its default or set mix.mixup or mix.cutmix")]
    [InlineData("{mix: {mode: elem}}", "mix.mode: has no effect without mixup and cutmix; leave it at its default or set mix.mixup or mix.cutmix")]
    [InlineData("{mix: {mixup: 0.2, cutmixMinMax: [0.2, 0.8]}}", "mix.cutmixMinMax: has no effect without cutmix; set mix.cutmix, to 1 as timm does, or mix.cutmixMinMax to none")]
    [InlineData("{mix: {cutmix: 1, cutmixMinMax: [0.8, 0.2]}}", "mix.cutmixMinMax: [0.8, 0.2] of 224 pixels are 179 and 44, and a box has at least the one and less than the other; write the smaller first, and a larger second")]
    [InlineData("{train: {batchSize: 33}, mix: {cutmix: 1}}", "train.batchSize: 33 is odd, and mixup and cutmix mix images in pairs; make it even or set mix.mixup and mix.cutmix to 0")]
    [InlineData("loss: {targetThreshold: 0.2}", "loss.targetThreshold: is for bce only, and loss.name is crossEntropy; set it to none or set loss.name to bce")]
    [InlineData("loss: {reduction: sumClasses}", "loss.reduction: is for bce only, and loss.name is crossEntropy; set it to mean or set loss.name to bce")]
    [InlineData("optimizer: {betas: [0.8, 0.9]}", "optimizer.betas: is for adamW, lamb and lambC, and optimizer.name is sgd; leave it at its default")]
    [InlineData("optimizer: {eps: 1e-6, name: momentum}", "optimizer.eps: is for adamW, lamb and lambC, and optimizer.name is momentum; leave it at its default")]
    [InlineData("optimizer: {momentum: 0.8, name: lamb}", "optimizer.momentum: is for sgd and momentum, and optimizer.name is lamb; leave it at its default, or see optimizer.betas")]
    [InlineData("optimizer: {maxGradNorm: 2, name: adamW}", "optimizer.maxGradNorm: is for lamb and lambC, and optimizer.name is adamW; leave it at its default, or see optimizer.clipGrad")]
    [InlineData("{schedule: {warmupEpochs: 5.5, perStep: true}, train: {epochs: 5}}", "schedule.warmupEpochs: 5.5 epochs of warm-up do not fit into train.epochs, 5")]
    [InlineData("{schedule: {cooldownEpochs: 3, warmupEpochs: 2}, train: {epochs: 5}}", "schedule.cooldownEpochs: 3 epochs of cool-down and 2 of warm-up leave none of train.epochs, 5, for the schedule; they are among them")]
    [InlineData("schedule: {cooldownEpochs: 3, name: step}", "schedule.cooldownEpochs: is for schedules that end somewhere, and schedule.name is step; leave it at its default, or set schedule.name to cosine, linear or exponential")]
    [InlineData("optimizer: {clipMode: value}", "optimizer.clipMode: has no effect without optimizer.clipGrad; set it, or leave optimizer.clipMode at its default")]
    [InlineData("ema: {warmup: true}", "ema.warmup: has no effect without ema.decay; set it, or leave ema.warmup at its default")]
    [InlineData("swa: {lr: 0.1}", "swa.lr: has no effect without swa.startEpoch; set it, or leave this at its default")]
    [InlineData("{swa: {startEpoch: 6}, train: {epochs: 5}}", "swa.startEpoch: the mean would begin after 6 epochs, and train.epochs is 5; begin it earlier, or set it to none")]
    [InlineData("{swa: {annealEpochs: 3, startEpoch: 1}}", "swa.annealEpochs: has no effect without swa.lr; set it, or leave swa.annealEpochs at its default")]
    [InlineData("health: {lossNotFinite: warn}", "health.lossNotFinite: a loss that is no number cannot be passed over, and this is warn; allowed: stop, skip, rollBack")]
    [InlineData("health: {accuracyCollapse: skip}", "health.accuracyCollapse: an evaluation has no update to skip; allowed: off, warn, stop, rollBack")]
    [InlineData("health: {explosionFactor: 5, gradientExplosion: off}", "health.explosionFactor: has no effect with health.gradientExplosion off; leave it at its default")]
    [InlineData("health: {maxSkips: 5, lossNotFinite: rollBack}", "health.maxSkips: has no effect where nothing is skipped; set health.lossNotFinite or health.gradientExplosion to skip, or leave it at its default")]
    [InlineData("health: {maxRollBacks: 5}", "health.maxRollBacks: has no effect where nothing rolls back; set health.lossNotFinite, health.gradientExplosion or health.accuracyCollapse to rollBack, or leave it at its default")]
    [InlineData("schedule: {minLr: 0.2}", "schedule.minLr: 0.2 is above optimizer.lr, 0.1; a cosine schedule goes down")]
    [InlineData("schedule: {decayRate: 0.5}", "schedule.decayRate: is for the step and the exponential schedule, and schedule.name is cosine; leave it at its default or set schedule.name to one of them")]
    [InlineData("schedule: {decayEpochs: 2}", "schedule.decayEpochs: is for the step schedule, and schedule.name is cosine; leave it at its default or set schedule.name to step")]
    public void Options_that_do_not_go_together_are_told_with_their_line(string yaml, string message)
    {
        string body = yaml.StartsWith('{') ? yaml[1..^1].Replace("}, ", "}\n", StringComparison.Ordinal) : yaml;
        string[] lines = [.. Sound.Split('\n', StringSplitOptions.RemoveEmptyEntries), .. body.Split('\n')];
        int line = 1 + Array.FindIndex(lines, text => text.Contains(message.Split(':')[0].Split('.')[1] + ":", StringComparison.Ordinal));
        Assert.Equal($"r.yaml:{line}: {message}", Fault(string.Join('\n', lines)));
    }

    [Fact]
    public void Every_option_that_has_no_effect_may_stand_where_it_has_one()
    {
        RecipeLoader.Parse(Sound + """
            loss: {name: bce, targetThreshold: 0.2, reduction: sumClasses}
            optimizer: {name: lamb, betas: [0.8, 0.9], eps: 1e-6, maxGradNorm: 2}
            augment: {crop: padShift, padding: 2, size: 32}
            schedule: {name: step, decayRate: 0.5, decayEpochs: 2, warmupEpochs: 1}
            mix: {mixup: 0.1}
            health: {gradientExplosion: skip, accuracyCollapse: rollBack, maxSkips: 2, maxRollBacks: 2, rollBackRate: 0.3, explosionFactor: 4}
            """, "r.yaml");
    }

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_the_file()
    {
        string[] lines = Fault("""
            train:
              epochs: 0
              batchSize: 7
              batchSize: 8
              batchsize: 9
            mix: {mixup: 0.2}
            augment: {scale: [1, 0.5]}
            """).Split('\n');
        Assert.Equal(
            [
                "the recipe r.yaml has 6 errors:",
                "r.yaml:1: data.train: missing; it must be given (Training set: a folder with a sub-folder a class, a tar of the same, an IDX image file, or demo:train. ${NAME} is an environment variable.)",
                "r.yaml:2: train.epochs: 0 is out of range; allowed: a whole number from 1 to 1000000",
                "r.yaml:3: train.batchSize: 7 is odd, and mixup and cutmix mix images in pairs; make it even or set mix.mixup and mix.cutmix to 0",
                "r.yaml:4: batchSize: duplicate key; it stands at r.yaml:3 already",
                Keys("r.yaml:5: train.batchsize: unknown key; did you mean 'batchSize'? Known: {train}"),
                "r.yaml:7: augment.scale: the smallest area, 1, is above the largest, 0.5; write the smaller first",
            ],
            lines);
    }

    [Fact]
    public void A_rule_is_silent_about_a_value_that_could_not_be_read()
    {
        Assert.Equal(
            "r.yaml:2: train.batchSize: found 'x'; allowed: a whole number from 1 to 1048576",
            Fault(Sound + "train: {batchSize: x}\nmix: {mixup: 0.1}\n"));
        Assert.DoesNotContain('\n', Fault(Sound + "train: {batchSize: 3}\nmix: {mixup: x}\n"));
    }

    [Theory]
    [InlineData("train:\n  epochs: [1, 2\nmix: {}\n", "r.yaml:2: not YAML (column 13): it cannot be parsed from here on")]
    [InlineData("train:\n\tepochs: 1\n", "r.yaml:2: not YAML: the line is indented with a tab; indent with spaces")]
    [InlineData("train:\n  epochs: 1\n batchSize: 2\n", "r.yaml:3: not YAML (column ")]
    [InlineData("a: 1\nb: *nothing\n", "r.yaml:2: not YAML (column 4): no anchor '&nothing' before this alias")]
    [InlineData("a: 1\nb: \"unfinished\n", "r.yaml:2: not YAML (column 4): ")]
    [InlineData("a: 1\nb: c: d\n", "r.yaml:2: not YAML (column ")]
    public void Text_that_is_not_YAML_is_told_with_its_line(string yaml, string start) =>
        Assert.StartsWith(start, Fault(yaml), StringComparison.Ordinal);

    [Theory]
    [InlineData("- a\n- b\n", "r.yaml:1: a recipe is keys with values, as 'train: {epochs: 10}'; found a list")]
    [InlineData("hello", "r.yaml:1: a recipe is keys with values, as 'train: {epochs: 10}'; found 'hello'")]
    [InlineData("data: {train: a}\n---\ndata: {train: b}\n", "r.yaml:2: a second YAML document ('---'); a recipe is one")]
    [InlineData("data: {train: a}\n[1]: 2\n", "r.yaml:2: a key must be a name; found a list")]
    public void Text_that_is_not_a_recipe_is_told(string yaml, string message) => Assert.Equal(message, Fault(yaml));

    [Fact]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_process() =>
        Assert.Contains("nested too deeply", Fault("a: " + new string('[', 500) + new string(']', 500)), StringComparison.Ordinal);

    [Fact]
    public void No_text_whatever_ends_the_program()
    {
        // Pieces of YAML in any order: an error for the user or a recipe, nothing else.
        string[] pieces = ["train", "epochs", ":", ": ", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "\"", "'", "&a ", "*a", "!!", "|", ">", "#", "%", "?", "---", "...", "\t", "1", "${", "\0", "\ufeff", "é"];
        Gen.Int[0, pieces.Length - 1].Array[0, 25].Sample(indexes =>
        {
            try
            {
                RecipeLoader.Parse(string.Concat(indexes.Select(index => pieces[index])), "r.yaml");
            }
            catch (UserErrorException)
            {
                // What is expected of nearly all of them.
            }
        }, iter: 20_000);
    }

    [Fact]
    public void An_empty_file_lacks_its_training_set() =>
        Assert.StartsWith("r.yaml:1: data.train: missing", Fault(""), StringComparison.Ordinal);

    private static string Fault(string yaml) =>
        Assert.Throws<UserErrorException>(() => RecipeLoader.Parse(yaml, "r.yaml")).Message;
}
