using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Weights;

/// <summary>What a run takes of the weights that it starts from: the classifier by its classes, a transformer's positions resampled.</summary>
public sealed class StartingHeadTests : IDisposable
{
    private static readonly string[] s_own = ["ant", "bee", "cat"];

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("streamtrainer-head-").FullName, "m.safetensors");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Theory]
    [InlineData(HeadChoice.Auto, "ant bee cat", 3, false, "the classifier is kept: the classes are the same")]
    [InlineData(HeadChoice.Auto, "cat ant bee", 3, false, "the classifier is kept: the classes are the same, and its outputs were put in this set's order of them")]
    [InlineData(HeadChoice.Auto, null, 3, false, "the classifier is kept: the weights have as many classes and do not name them; train.head: fresh begins anew")]
    [InlineData(HeadChoice.Auto, "ant bee dog", 3, true, "the classifier is fresh: the weights do not know the class 'cat'; train.head: keep takes theirs all the same")]
    [InlineData(HeadChoice.Auto, "ant bee cat dog", 4, true, "the classifier is fresh: the weights have 4 classes, this run 3")]
    [InlineData(HeadChoice.Auto, "ant bee cat dog", 3, true, "the classifier is fresh: the weights name 4 classes, this run 3")]
    [InlineData(HeadChoice.Auto, "ant bee cat", null, true, "the classifier is fresh: the weights have none that fits the network")]
    [InlineData(HeadChoice.Keep, "x y z", 3, false, "the classifier is kept: as train.head says")]
    [InlineData(HeadChoice.Fresh, "ant bee cat", 3, true, "the classifier is fresh: as train.head says")]
    public void ItIsDecidedByTheClasses(HeadChoice choice, string? theirs, int? outputs, bool fresh, string reason)
    {
        StartingHead head = StartingHead.Decide(choice, s_own, 3, theirs?.Split(' '), outputs);
        Assert.Equal((fresh, reason), (head.IsFresh, head.Reason));
    }

    [Fact]
    public void KeepingWhatDoesNotFitIsAnError()
    {
        string message = Assert.Throws<UserErrorException>(() => StartingHead.Decide(HeadChoice.Keep, s_own, 3, null, 10)).Message;
        Assert.Equal("train.head: the classifier cannot be kept: the weights have 10 classes, this run 3; set train.head to auto or fresh", message);
    }

    [Fact]
    public void OutputsFollowTheirClasses()
    {
        using var scope = NewDisposeScope();
        using ImageClassifier theirs = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 4, 1);
        StateDict.Save(theirs, _file);
        using ImageClassifier own = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 4, 2);
        // A fourth output without a name stays the fourth.
        StateDict.LoadToGoOnFrom(own, _file, outputs => StartingHead.Decide(HeadChoice.Auto, s_own, 4, ["cat", "ant", "bee"], outputs));
        Tensor order = tensor([1L, 2, 0, 3]);
        foreach (string name in (string[])["weight", "bias"])
        {
            Assert.True(own.state_dict()[$"{own.ClassifierName}.{name}"].Equals(theirs.state_dict()[$"{own.ClassifierName}.{name}"].index_select(0, order)), name);
        }

        Assert.True(own.state_dict()["layer1.0.conv1.weight"].Equals(theirs.state_dict()["layer1.0.conv1.weight"]));
    }

    [Fact]
    public void AFreshClassifierIsTheFreshModelsAndTheRestMustFit()
    {
        using var scope = NewDisposeScope();
        using ImageClassifier theirs = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 3, 1);
        using ImageClassifier own = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 3, 2);
        string head = $"{own.ClassifierName}.weight";
        Tensor before = own.state_dict()[head].clone();
        Dictionary<string, Tensor> state = theirs.state_dict();
        Safetensors.Write(_file, state);
        StateDict.LoadToGoOnFrom(own, _file, outputs => StartingHead.Decide(HeadChoice.Fresh, s_own, 3, s_own, outputs));
        Assert.True(own.state_dict()[head].Equals(before));

        // Weights without a classifier, as a hub's feature extractors are.
        state.Remove(head);
        Safetensors.Write(_file, state);
        Assert.True(StateDict.LoadToGoOnFrom(own, _file, outputs => StartingHead.Decide(HeadChoice.Auto, s_own, 3, s_own, outputs)).IsFresh);
        state.Remove("layer2.0.conv1.weight");
        state["other"] = zeros(2);
        Safetensors.Write(_file, state);
        string message = Assert.Throws<UserErrorException>(() =>
            StateDict.LoadToGoOnFrom(own, _file, outputs => StartingHead.Decide(HeadChoice.Auto, s_own, 3, s_own, outputs))).Message;
        Assert.Contains("'layer2.0.conv1.weight' is missing", message, StringComparison.Ordinal);
        Assert.Contains("'other' is not in the model", message, StringComparison.Ordinal);
        Assert.DoesNotContain(head, message, StringComparison.Ordinal);
    }

    /// <summary>timm resamples positions as Pillow resizes images: cubic with a = -0.5, widened by the scale where the grid gets smaller
    /// (<c>timm/layers/pos_embed.py</c>, antialias); written out here element by element.</summary>
    [Theory]
    [InlineData(14, 10)]
    [InlineData(14, 24)]
    [InlineData(24, 14)]
    public void PositionsAreResampledAsTimmDoes(int before, int after)
    {
        using var scope = NewDisposeScope();
        const int Channels = 3;
        float[] values = [.. Enumerable.Range(0, (1 + before * before) * Channels).Select(i => MathF.Sin(i * 1.7f) + i % 7)];
        using Tensor positions = tensor(values, [1, 1 + before * before, Channels]);
        float[] resampled = PositionEmbedding.Resample(positions, after * after).data<float>().ToArray();
        Assert.Equal(values[..Channels], resampled[..Channels]);
        double[][] weights = [.. Enumerable.Range(0, after).Select(i => Weights(before, after, i))];
        for (int y = 0; y < after; y++)
        {
            for (int x = 0; x < after; x++)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    double sum = 0;
                    for (int v = 0; v < before; v++)
                    {
                        for (int u = 0; u < before; u++)
                        {
                            sum += weights[y][v] * weights[x][u] * values[(1 + v * before + u) * Channels + channel];
                        }
                    }

                    Assert.Equal(sum, resampled[(1 + y * after + x) * Channels + channel], 1e-4);
                }
            }
        }
    }

    private static double[] Weights(int before, int after, int place)
    {
        double scale = (double)before / after, wide = Math.Max(1, scale), centre = (place + 0.5) * scale;
        double[] weights = [.. Enumerable.Range(0, before).Select(i => Cubic((i + 0.5 - centre) / wide))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1 : x < 2 ? A * (((x - 5) * x + 8) * x - 4) : 0;
    }
}
