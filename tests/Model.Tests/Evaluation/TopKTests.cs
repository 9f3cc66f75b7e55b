using System.Text.Json;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Evaluation;

public sealed class TopKTests
{
    [Fact]
    public void EqualsTheGoldenCounts()
    {
        string file = TestPaths.GoldenFile("eval", "eval.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement root = golden.RootElement;
        long[] labels = [.. root.GetProperty("labels").EnumerateArray().Select(label => label.GetInt64())];
        const int Classes = 1000;
        using Tensor logits = tensor(NumberFormula.Symmetric("eval.logits", labels.Length * Classes, 5).Select(value => (float)value).ToArray(), [labels.Length, Classes]);
        var score = new TopK();
        for (int i = 0; i < labels.Length; i += 32)
        {
            int count = Math.Min(32, labels.Length - i);
            using Tensor part = logits.narrow(0, i, count);
            score.Add(part, labels.AsSpan(i, count));
        }

        Assert.Equal(labels.Length, score.Count);
        Assert.Equal(root.GetProperty("top1_correct").GetInt64(), (long)Math.Round(score.Top1 * score.Count));
        Assert.Equal(root.GetProperty("top5_correct").GetInt64(), (long)Math.Round(score.Top5 * score.Count));
        double entropy = root.GetProperty("mean_cross_entropy").GetDouble();
        Assert.Equal(entropy, score.MeanCrossEntropy, entropy * 1e-6);
    }

    [Fact]
    public void TiesGoToTheLowerClassAndMinusOneDoesNotCount()
    {
        using Tensor logits = tensor(new float[] { 1, 1, 0, 2, 2, 2, float.NaN, 0, 0 }, [3, 3]);
        var score = new TopK();
        score.Add(logits, [1, 0, 0]);
        Assert.Equal((3L, 1 / 3.0, 2 / 3.0), (score.Count, score.Top1, score.Top5));
        score.Add(logits, [-1, -1, -1]);
        Assert.Equal(3, score.Count);
        Assert.Equal(0, new TopK().Top1);
    }
}
