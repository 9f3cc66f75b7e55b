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

        int[][] sets = [.. root.GetProperty("real").EnumerateArray().Select(set => set.EnumerateArray().Select(label => label.GetInt32()).ToArray())];
        var real = new TopK();
        real.AddSets(logits, sets);
        Assert.Equal(root.GetProperty("real_scored").GetInt64(), real.Count);
        Assert.Equal(root.GetProperty("real_top1_correct").GetInt64(), (long)Math.Round(real.Top1 * real.Count));
        Assert.Equal(root.GetProperty("real_top5_correct").GetInt64(), (long)Math.Round(real.Top5 * real.Count));
        Assert.Equal(0, real.MeanCrossEntropy);
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        using Tensor logits = zeros(2, 3);
        var score = new TopK();
        Assert.Throws<ArgumentException>(() => score.Add(logits, [0]));
        Assert.Throws<ArgumentException>(() => score.Add(logits, [0, 3]));
        Assert.Throws<ArgumentException>(() => score.Add(logits, [0, -2]));
        Assert.Throws<ArgumentException>(() => score.AddSets(logits, [[0], [3]]));
    }

    [Fact]
    public void TakesAnyLayoutAndType()
    {
        using Tensor logits = tensor(new float[] { 1, 4, 2, 5, 3, 6 }, [3, 2]).t();
        using Tensor half = logits.to(ScalarType.BFloat16);
        foreach (Tensor each in (Tensor[])[logits, half])
        {
            var score = new TopK();
            score.Add(each, [2, 2]);
            Assert.Equal((1, Math.Log(1 + Math.Exp(-1) + Math.Exp(-2))), (score.Top1, Math.Round(score.MeanCrossEntropy, 12)), Near);
        }

        static bool Near((double, double) one, (double, double) other) => one.Item1 == other.Item1 && Math.Abs(one.Item2 - other.Item2) < 1e-9;
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
