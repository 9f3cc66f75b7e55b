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

    /// <summary>Six images, written out: shifted content, reflected at the border that it leaves.</summary>
    [Fact]
    public void ShiftedImagesWeighHalf()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 1);
        model.eval();
        const int side = 16;
        Tensor images = randn([4, 3, side, side], generator: new Generator(6));
        Tensor Shifted(int by)
        {
            long[] places = [.. Enumerable.Range(by, side).Select(at => (long)(at < 0 ? -at : at >= side ? 2 * side - 2 - at : at))];
            Tensor index = tensor(places);
            return images.index_select(2, index).index_select(3, index);
        }

        Tensor Both(Tensor of) => (model.forward(of) + model.forward(of.flip(3))) / 2;
        Tensor expected = (Both(images) / 2) + (Both(Shifted(-1)) / 4) + (Both(Shifted(1)) / 4);
        Tensor logits = TestTimeForward.Logits(model, images, TestTimeAugmentation.FlipTranslate);
        Assert.True(logits.allclose(expected, 1e-5, 1e-6));
        Assert.False(logits.allclose(TestTimeForward.Logits(model, images, TestTimeAugmentation.Flip), 1e-3, 1e-4));
    }
}
