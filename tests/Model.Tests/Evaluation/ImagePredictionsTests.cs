using System.Text.Json;
using CsCheck;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Evaluation;

/// <summary>What is kept of answers says all that the answers said.</summary>
public sealed class ImagePredictionsTests
{
    [Fact]
    public void EqualTheGoldenAnswers()
    {
        string file = TestPaths.GoldenFile("eval", "eval.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement root = golden.RootElement;
        long[] labels = [.. root.GetProperty("labels").EnumerateArray().Select(label => label.GetInt64())];
        int[][] top5 = Lists(root, "top5"), real = Lists(root, "real");
        const int Classes = 1000;
        using Tensor logits = tensor(NumberFormula.Symmetric("eval.logits", labels.Length * Classes, 5).Select(value => (float)value).ToArray(), [labels.Length, Classes]);
        var answers = new ImagePredictions(labels.Length, Classes);
        // In two batches, backwards: an image's place is its index.
        foreach ((int from, int count) in ((int, int)[])[(120, labels.Length - 120), (0, 120)])
        {
            using Tensor part = logits.narrow(0, from, count);
            answers.Add(part, labels.AsSpan(from, count), [.. Enumerable.Range(from, count).Select(i => (long)i)]);
        }

        int[] images = [.. Enumerable.Range(0, labels.Length)];
        Assert.Equal(top5.SelectMany(each => each), answers.Top);
        Assert.Equal(root.GetProperty("top1_correct").GetInt32(), images.Count(i => answers.Hits(i, [(int)labels[i]], 1)));
        Assert.Equal(root.GetProperty("top5_correct").GetInt32(), images.Count(i => answers.Hits(i, [(int)labels[i]], 5)));
        Assert.Equal(root.GetProperty("real_top1_correct").GetInt32(), images.Count(i => answers.Hits(i, real[i], 1)));
        Assert.Equal(root.GetProperty("real_top5_correct").GetInt32(), images.Count(i => answers.Hits(i, real[i], 5)));
        double entropy = root.GetProperty("mean_cross_entropy").GetDouble();
        Assert.Equal(entropy, images.Average(answers.CrossEntropy), entropy * 1e-6);
        Assert.All(images, i => Assert.True(answers.Scored(i) && answers.IsFinite(i) && answers.Best(i) == top5[i][0]));
        using Tensor best = logits.to(ScalarType.Float64).softmax(1).max(1).values;
        Assert.All(images, i => Assert.Equal(best.data<double>()[i], answers.Confidence(i), 1e-6));
    }

    /// <summary>The same counts as <see cref="TopK"/>, which looks at all logits: ties, few classes and what is no number included.</summary>
    [Fact]
    public void CountAsAllLogitsDo() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 2].Array[1, 20], Gen.Int[0, 4].Array[240, 240]).Sample((classes, raw, draws) =>
        {
            // Few values, so that many are equal; one in five is NaN where the draws want it.
            float[] values = [.. draws.Take(raw.Length * classes).Select(draw => draw == 4 && draws[0] == 0 ? float.NaN : draw)];
            long[] labels = [.. raw.Select((label, i) => i % 7 == 3 ? -1L : label % classes)];
            using Tensor logits = tensor(values, [raw.Length, classes]);
            var score = new TopK();
            score.Add(logits, labels);
            var answers = new ImagePredictions(raw.Length, classes);
            answers.Add(logits, labels, [.. Enumerable.Range(0, raw.Length).Select(i => (long)i)]);
            int[] images = [.. Enumerable.Range(0, raw.Length).Where(answers.Scored)];
            Assert.Equal(score.Count, images.Length);
            Assert.Equal(score.Top1, images.Length == 0 ? 0 : images.Average(i => answers.Hits(i, [answers.Labels[i]], 1) ? 1.0 : 0), 1e-12);
            Assert.Equal(score.Top5, images.Length == 0 ? 0 : images.Average(i => answers.Hits(i, [answers.Labels[i]], 5) ? 1.0 : 0), 1e-12);
            Assert.All(images, i => Assert.Equal(!values.AsSpan(i * classes, classes).ToArray().Any(float.IsNaN), answers.IsFinite(i)));
        });

    [Fact]
    public async Task RanksPutTheirPartsTogether()
    {
        using Tensor logits = tensor(NumberFormula.Symmetric("ranks", 7 * 9, 3).Select(value => (float)value).ToArray(), [7, 9]);
        long[] labels = [1, 2, 3, -1, 5, 6, 7], indices = [0, 1, 2, 3, 4, 5, 6];
        var whole = new ImagePredictions(7, 9);
        whole.Add(logits, labels, indices);
        ImagePredictions[] parts = [new(7, 9), new(7, 9)];
        for (int rank = 0; rank < 2; rank++)
        {
            int[] own = [.. Enumerable.Range(0, 7).Where(i => i % 2 == rank)];
            using Tensor rows = logits.index_select(0, tensor(own.Select(i => (long)i).ToArray()));
            parts[rank].Add(rows, [.. own.Select(i => labels[i])], [.. own.Select(i => (long)i)]);
        }

        using var meeting = new Barrier(2);
        var sums = new List<double[]>();
        Task[] ranks = [.. parts.Select((part, rank) => Task.Run(() => part.SumOver(new TwoRanks(rank, meeting, sums))))];
        await Task.WhenAll(ranks).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.All(parts, part =>
        {
            Assert.Equal(whole.Labels, part.Labels);
            Assert.Equal([.. whole.Top.Where((_, at) => whole.Scored(at / whole.Kept))], part.Top.Where((_, at) => part.Scored(at / part.Kept)));
            Assert.Equal(whole.TopLogits, part.TopLogits);
            Assert.Equal(whole.LabelLogits, part.LabelLogits);
            Assert.Equal(whole.LogSumExp, part.LogSumExp);
        });
    }

    [Fact]
    public void RefuseWhatDoesNotFit()
    {
        using Tensor logits = zeros(2, 3);
        var answers = new ImagePredictions(2, 3);
        Assert.Throws<ArgumentException>(() => answers.Add(logits, [0], [0]));
        Assert.Throws<ArgumentException>(() => answers.Add(logits, [0, 1], [0]));
        Assert.Throws<ArgumentException>(() => new ImagePredictions(2, 4).Add(logits, [0, 1], [0, 1]));
    }

    private static int[][] Lists(JsonElement root, string name) =>
        [.. root.GetProperty(name).EnumerateArray().Select(list => list.EnumerateArray().Select(each => each.GetInt32()).ToArray())];

    /// <summary>Two threads that add up what they bring.</summary>
    private sealed class TwoRanks(int rank, Barrier meeting, List<double[]> brought) : IRanks
    {
        public int Rank => rank;

        public int Size => 2;

        public int LocalRank => rank;

        public void Sum(Span<double> values)
        {
            lock (brought)
            {
                brought.Add(values.ToArray());
            }

            meeting.SignalAndWait();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = brought[0][i] + brought[1][i];
            }
        }

        public void Attach(TrainState state, StepShare share) { }

        public CancellationToken Agree(CancellationToken stop) => stop;

        public byte[] OfFirst(Func<byte[]> make) => make();

        public bool Decide(bool own) => own;

        public void Share(TrainState state) { }

        public void BackwardBegins(bool last) { }

        public void SumGradients() { }

        public (double Loss, bool Alarm) EndStep(double loss, bool alarm) => (loss, alarm);

        public void StepsAre(long steps) { }

        public IReadOnlyList<double> Gather(double own) => [own];

        public void UniteStatistics(TrainState state) { }

        public void Unite(TrainState state, long step) { }

        public void Meet() { }

        public void Dispose() { }
    }
}
