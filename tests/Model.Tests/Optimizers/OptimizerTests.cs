using CsCheck;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Optimizers;

public sealed class OptimizerTests
{
    private static readonly Gen<OptimizerOptions> s_options = Gen.Select(
        Gen.Enum<OptimizerKind>(), Gen.Double[0, 0.1], Gen.Bool, Gen.Bool, Gen.Double[0.5, 64],
        (name, decay, all, adapt, scale) => new OptimizerOptions { Name = name, WeightDecay = decay, DecayAll = all, AlwaysAdapt = adapt, BiasLrScale = scale });

    [Fact]
    public void KernelsEqualLibtorchsOperations()
    {
        s_options.Sample(options =>
        {
            using var one = new Setup(options, kernels: true);
            using var other = new Setup(options, kernels: false);
            for (int step = 0; step < 4; step++)
            {
                one.Step(step);
                other.Step(step);
            }

            Assert.True(one.Flat.Values.allclose(other.Flat.Values, 1e-5, 1e-6), $"{options.Name}: off by {(one.Flat.Values - other.Flat.Values).abs().max().item<float>()}");
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void AnyNumberOfThreadsGivesTheSameBits()
    {
        s_options.Sample(options =>
        {
            Tensor[] results = [.. ((int[])[1, 2, 5]).Select(threads =>
            {
                using var setup = new Setup(options, kernels: true);
                setup.Flat.Blocks.Threads = threads;
                for (int step = 0; step < 3; step++)
                {
                    setup.Step(step, clip: 0.5);
                }

                return setup.Flat.Values.clone();
            })];
            Assert.True(results[0].Equals(results[1]));
            Assert.True(results[0].Equals(results[2]));
        }, iter: 30, threads: 1);
    }

    [Fact]
    public void LambNeverClipsWithMaxGradNormZero()
    {
        var options = new OptimizerOptions { Name = OptimizerKind.Lamb, WeightDecay = 0.02 };
        foreach (bool kernels in (bool[])[true, false])
        {
            using var never = new Setup(options with { MaxGradNorm = 0 }, kernels);
            using var high = new Setup(options with { MaxGradNorm = 1e12 }, kernels);
            using var low = new Setup(options, kernels);
            foreach (Setup setup in (Setup[])[never, high, low])
            {
                setup.Step(0);
                setup.Step(1);
            }

            Assert.True(never.Flat.Values.Equals(high.Flat.Values));
            Assert.False(never.Flat.Values.Equals(low.Flat.Values));
        }
    }

    [Fact]
    public void FrozenParametersStay()
    {
        s_options.Sample(options =>
        {
            foreach (bool kernels in (bool[])[true, false])
            {
                using var setup = new Setup(options with { WeightDecay = 0.1, DecayAll = true }, kernels, frozen: "conv.weight");
                ParameterSegment frozen = setup.Flat.Segments.Single(segment => !segment.IsTrained);
                Assert.Equal("conv.weight", frozen.Name);
                using Tensor before = setup.Flat.Values.clone();
                setup.Step(0);
                Assert.True(Part(before, frozen).Equals(Part(setup.Flat.Values, frozen)));
                Assert.False(before.Equals(setup.Flat.Values));
            }
        }, iter: 20, threads: 1);

        static Tensor Part(Tensor flat, ParameterSegment segment) => flat.narrow(0, segment.Offset, segment.Count);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void TheNormTellsWhetherAllGradientsAreFinite(float bad)
    {
        using var setup = new Setup(new OptimizerOptions(), kernels: true);
        using var guard = no_grad();
        setup.Flat.Gradients.fill_(float.MaxValue);
        Assert.True(double.IsFinite(GradientClipping.Norm(setup.Flat)));
        setup.Flat.Gradients[setup.Flat.Segments[^1].Offset] = bad;
        Assert.False(double.IsFinite(GradientClipping.Norm(setup.Flat)));
    }

    [Fact]
    public void AnotherOptimizerGoesOnFromTheStateToTheBit()
    {
        s_options.Sample(options =>
        {
            using var whole = new Setup(options, kernels: true);
            using var first = new Setup(options, kernels: true);
            using var second = new Setup(options, kernels: true);
            for (int step = 0; step < 6; step++)
            {
                whole.Step(step);
                if (step < 3)
                {
                    first.Step(step);
                }
            }

            using (no_grad())
            {
                second.Flat.Values.copy_(first.Flat.Values);
                foreach ((string name, Tensor moment) in first.Optimizer.State)
                {
                    second.Optimizer.State[name].copy_(moment);
                }

                second.Optimizer.Steps = first.Optimizer.Steps;
            }

            for (int step = 3; step < 6; step++)
            {
                second.Step(step);
            }

            Assert.True(whole.Flat.Values.equal(second.Flat.Values).all().item<bool>());
        }, iter: 30, threads: 1);
    }

    [Fact]
    public void WhatLiesBetweenParametersStaysZero()
    {
        s_options.Sample(options =>
        {
            using var setup = new Setup(options, kernels: true);
            setup.Step(0);
            setup.Step(1);
            foreach (ParameterSegment segment in setup.Flat.Segments)
            {
                long end = segment.Offset + segment.Count, next = (end + FlatState.Alignment - 1) / FlatState.Alignment * FlatState.Alignment;
                if (next > end)
                {
                    Assert.Equal(0f, setup.Flat.Values.narrow(0, end, next - end).abs().max().item<float>());
                }
            }
        }, iter: 20, threads: 1);
    }

    [Fact]
    public void OnlyBiasesOfNormsAreScaled()
    {
        using var setup = new Setup(new OptimizerOptions { BiasLrScale = 64, WeightDecay = 0.5, DecayAll = true }, kernels: true);
        ParameterRule[] rules = ParameterGroups.Rules(new OptimizerOptions { BiasLrScale = 64, WeightDecay = 0.5, DecayAll = true }, setup.Flat, new HashSet<string>());
        Assert.Equal([("conv.weight", 1, 0.5), ("norm.weight", 1, 0.5), ("norm.bias", 64, 0.5 / 64), ("head.weight", 1, 0.5), ("head.bias", 1, 0.5)],
            rules.Select(rule => (rule.Segment.Name, rule.LrScale, rule.WeightDecay)));
        rules = ParameterGroups.Rules(new OptimizerOptions { WeightDecay = 0.5 }, setup.Flat, new HashSet<string> { "head.weight" });
        Assert.Equal([0.5, 0, 0, 0, 0], rules.Select(rule => rule.WeightDecay));
    }

    [Fact]
    public void RatesDecayFromATransformersClassifierToItsPatches()
    {
        using var model = StreamTrainer.Model.Architectures.ModelRegistry.CreateUnfilled(new() { Name = "vit_tiny_patch16_224" }, 3);
        using var flat = new FlatState(model);
        var scales = ParameterGroups.Rules(new OptimizerOptions { LayerDecay = 0.75, WeightDecay = 0.1 }, flat, model.NoWeightDecay, model.LayerOf)
            .ToDictionary(rule => rule.Segment.Name, rule => rule.LrScale);
        // 14 layers: the embedding, 12 blocks with the last norm in the last, the head.
        Assert.Equal(1, scales["head.weight"]);
        Assert.Equal(0.75, scales["norm.weight"], 12);
        Assert.Equal(0.75, scales["blocks.11.mlp.fc2.bias"], 12);
        Assert.Equal(Math.Pow(0.75, 12), scales["blocks.0.attn.qkv.weight"], 12);
        Assert.All(["cls_token", "pos_embed", "patch_embed.proj.weight"], name => Assert.Equal(Math.Pow(0.75, 13), scales[name], 12));
        Assert.All(ParameterGroups.Rules(new OptimizerOptions(), flat, model.NoWeightDecay, model.LayerOf), rule => Assert.Equal(1, rule.LrScale));
    }

    [Fact]
    public void ValuesAreClippedOneByOne()
    {
        using var setup = new Setup(new OptimizerOptions(), kernels: true);
        using var guard = no_grad();
        setup.Flat.Gradients.fill_(0.25);
        setup.Flat.Gradients[0] = tensor(-7f);
        setup.Flat.Gradients[1] = tensor(float.NaN);
        GradientClipping.ClipValues(setup.Flat, 0.5);
        Assert.Equal([-0.5f, float.NaN, 0.25f], setup.Flat.Gradients.narrow(0, 0, 3).data<float>().ToArray());
    }

    /// <summary>A small network whose last layer is more than one block, and gradients that depend on the step.</summary>
    private sealed class Setup : IDisposable
    {
        private readonly Small _model;

        public Setup(OptimizerOptions options, bool kernels, string? frozen = null)
        {
            manual_seed(1);
            _model = new Small();
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in _model.named_parameters())
            {
                parameter.requires_grad = name != frozen;
            }

            Flat = new FlatState(_model);
            Optimizer = StreamTrainer.Model.Optimizers.Optimizers.Create(options, Flat, new HashSet<string>(), kernels);
        }

        public FlatState Flat { get; }

        public IOptimizer Optimizer { get; }

        public void Step(int number, double? clip = null)
        {
            using (no_grad())
            {
                manual_seed(100 + number);
                foreach (ParameterSegment segment in Flat.Segments.Where(segment => segment.IsTrained))
                {
                    Flat.Gradients.narrow(0, segment.Offset, segment.Count).copy_(randn(segment.Count));
                }
            }

            if (clip is { } most)
            {
                GradientClipping.Clip(Flat, most);
            }

            Optimizer.Step(0.01);
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            Flat.Dispose();
            _model.Dispose();
        }
    }

    private sealed class Small : nn.Module
    {
#pragma warning disable IDE0052 // Registered by their names.
        private readonly TorchSharp.Modules.Conv2d conv = nn.Conv2d(3, 5, 3, bias: false);
        private readonly TorchSharp.Modules.BatchNorm2d norm = nn.BatchNorm2d(5);
        private readonly TorchSharp.Modules.Linear head = nn.Linear(300, 67);
#pragma warning restore IDE0052

        public Small() : base("small") => RegisterComponents();
    }
}
