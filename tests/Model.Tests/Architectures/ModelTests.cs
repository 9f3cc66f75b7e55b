using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using StreamTrainer.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Architectures;

public sealed class ModelTests
{
    public static TheoryData<string> Small => [.. ModelRegistry.Names.Where(name => name.EndsWith("_cifar", StringComparison.Ordinal) || name.EndsWith("_narrow", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Small))]
    public void LearnsToTellTwoBatchesApart(string name)
    {
        using var scope = NewDisposeScope();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = name }, 4, seed: 3);
        using var flat = new FlatState(model);
        int side = model.Config.InputSize;
        manual_seed(1);
        Tensor images = randn(8, side, side, 3).permute(0, 3, 1, 2);
        Tensor labels = tensor(new long[] { 0, 1, 2, 3, 0, 1, 2, 3 });
        (model as IDataInitialized)?.Initialize(images);
        model.train();
        double first = 0, last = 0;
        for (int step = 0; step < 12; step++)
        {
            using var inner = NewDisposeScope();
            flat.ZeroGradients();
            Tensor loss = nn.functional.cross_entropy(model.forward(images), labels);
            loss.backward();
            last = loss.item<float>();
            first = step == 0 ? last : first;
            using (no_grad())
            {
                flat.Values.add_(flat.Gradients, alpha: -0.05);
            }
        }

        // Residual blocks begin as nothing, so deep narrow networks start slowly.
        Assert.True(last < 0.97 * first, $"{first} to {last}");
        Assert.All(flat.Segments, segment => Assert.True(FlatState.ViewOf(flat.Gradients, segment).abs().sum().item<float>() > 0, segment.Name));
    }

    [Fact]
    public void TheSameSeedIsTheSameNetworkWhateverTheThreads()
    {
        Tensor Weights(long seed, int threads)
        {
            set_num_threads(threads);
            try
            {
                using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet18_cifar" }, 10, seed);
                using var flat = new FlatState(model);
                return flat.Values.clone();
            }
            finally
            {
                set_num_threads(1);
            }
        }

        using Tensor one = Weights(5, 1), two = Weights(5, 2), other = Weights(6, 1);
        Assert.True(one.Equals(two));
        Assert.False(one.Equals(other));
    }

    [Fact]
    public void WhiteningGivesUncorrelatedChannelsOfUnitVariance()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "airbench32_cifar" }, 10, 0);
        manual_seed(2);
        Tensor images = nn.functional.avg_pool2d(randn(64, 3, 40, 40) * 3, 5, stride: 1);
        images = images + images.mean([1], keepdim: true);
        ((IDataInitialized)model).Initialize(images);
        Tensor weight = model.state_dict()["whiten.weight"];
        Tensor flat = nn.functional.conv2d(images, weight).permute(1, 0, 2, 3).reshape(24, -1).narrow(0, 0, 12).to(ScalarType.Float64);
        Tensor covariance = flat.mm(flat.t()) / flat.shape[1];
        double off = (covariance - eye(12, dtype: ScalarType.Float64)).abs().max().item<double>();
        Assert.True(off < 0.06, $"off by {off}");
        Assert.True(weight.narrow(0, 0, 12).Equals(weight.narrow(0, 12, 12).neg()));
        Assert.DoesNotContain("whiten.weight", model.named_parameters().Select(entry => entry.name));
    }

    [Fact]
    public void PointwiseConvolutionsAreTheSameAsLinearLayers()
    {
        Assert.SkipWhen(TorchRuntime.LinearForPointwise, "1x1 convolutions of oneDNN end the process on this machine");
        foreach (int stride in (int[])[1, 2])
        {
            using var scope = NewDisposeScope();
            Tensor x = randn(2, 9, 7, 6).permute(0, 3, 1, 2), results = zeros(0);
            Tensor Run(bool linear)
            {
                TorchRuntime.Force(linear);
                using var layer = new StreamTrainer.Model.Architectures.Layers.Convolution(6, 5, 1, stride: stride);
                TorchRuntime.Force(null);
                using (no_grad())
                {
                    layer.named_parameters().Single().parameter.copy_(arange(30).reshape(5, 6, 1, 1) * 0.1f);
                }

                Tensor y = layer.forward(x);
                y.square().sum().backward();
                return cat([y.reshape(-1), layer.named_parameters().Single().parameter.grad!.reshape(-1)]).detach();
            }

            Assert.True(Run(true).allclose(Run(false), 1e-5, 1e-4));
        }
    }

    [Fact]
    public void AFactorIsNotRoundedToTheInputsWidth()
    {
        using var scope = NewDisposeScope();
        const double Factor = 1.0 / 9.0;
        Tensor input = arange(-1000, 1000, dtype: ScalarType.Float32).div(7).to(ScalarType.BFloat16);
        Tensor exact = (input.to(ScalarType.Float64) * Factor).to(ScalarType.BFloat16);
        Tensor scaled = Model.Architectures.Operations.TensorOperations.Instance.Scale(input.clone(), Factor);
        Assert.Equal(0, scaled.ne(exact).sum().item<long>());
    }

    [Fact]
    public void DropPathKeepsTheMean()
    {
        using var scope = NewDisposeScope();
        using var drop = new StreamTrainer.Model.Architectures.Layers.DropPath(0.3);
        manual_seed(4);
        Tensor y = drop.forward(ones(20_000, 1, 2, 2));
        Assert.Equal(1.0, y.mean().item<float>(), 0.02);
        Assert.Equal(0.3, y.eq(0).to(ScalarType.Float32).mean().item<float>(), 0.02);
        Assert.Equal(0f, (y.amax([1, 2, 3]) - y.amin([1, 2, 3])).abs().max().item<float>());
        // Rates that bf16's own numbers are too coarse for are kept too.
        using var rare = new StreamTrainer.Model.Architectures.Layers.DropPath(0.002);
        Tensor narrow = rare.forward(ones(400_000, 1, 1, 1, dtype: ScalarType.BFloat16));
        Assert.Equal(ScalarType.BFloat16, narrow.dtype);
        Assert.Equal(0.002, narrow.eq(0).to(ScalarType.Float32).mean().item<float>(), 0.0004);
        drop.eval();
        Assert.Equal(1f, drop.forward(ones(2, 1, 1, 1)).min().item<float>());
    }

    [Fact]
    public void AnUnknownNameIsAMistakeOfTheUsers()
    {
        var error = Assert.Throws<UserErrorException>(() => ModelRegistry.Create(new ModelOptions { Name = "resnet51" }, 10, 0));
        Assert.Contains("there is no 'resnet51'", error.Message, StringComparison.Ordinal);
        Assert.Contains("resnet50", error.Message, StringComparison.Ordinal);
    }
}
