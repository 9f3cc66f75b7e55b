using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Pipeline.Options;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Evaluation;

public sealed class TestTimeForwardTests
{
    [Fact]
    public void AnImageAndItsMirrorImageGetOneAnswer()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 1);
        model.eval();
        Tensor images = randn([4, 3, 16, 16], generator: new Generator(5)), mirrored = images.flip(3);
        Tensor one = TestTimeForward.Logits(model, images, TestTimeAugmentation.Flip), other = TestTimeForward.Logits(model, mirrored, TestTimeAugmentation.Flip);
        Assert.True(one.allclose(other, 1e-5, 1e-6));
        Tensor plain = TestTimeForward.Logits(model, images, TestTimeAugmentation.None);
        Assert.True(plain.equal(model.forward(images)).all().item<bool>());
        Assert.False(plain.allclose(one, 1e-3, 1e-4));
        Assert.True(((plain + model.forward(mirrored)) / 2).allclose(one, 1e-5, 1e-6));
    }
}
