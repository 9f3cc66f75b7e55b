using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Optimizers;

/// <summary>A thousand steps in fp32 stay near the same in double, written out: a classifier of one layer on noise with a bit of sense in
/// it, batch after batch, the rate going down a cosine.</summary>
public sealed class DriftTests
{
    private const int Steps = 1000, Features = 24, Classes = 7, Batch = 16, Samples = 160;
    private const double Smoothing = 0.1, Most = 1e-5;

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.05)]
    [InlineData(OptimizerKind.Momentum, 0.05)]
    [InlineData(OptimizerKind.AdamW, 0.01)]
    [InlineData(OptimizerKind.Lamb, 0.01)]
    [InlineData(OptimizerKind.LambC, 0.01)]
    public void AThousandStepsDriftByLessThanAHundredThousandth(OptimizerKind name, double rate)
    {
        var options = new OptimizerOptions { Name = name, Lr = rate, WeightDecay = 0.01 };
        var random = new Random(5);
        double[][] images = [.. Enumerable.Range(0, Samples).Select(_ => Noise(random, Features))];
        int[] labels = [.. images.Select(image => random.NextDouble() < 0.7 ? Enumerable.Range(0, Classes).MaxBy(k => image[k]) : random.Next(Classes))];
        double[][] start = [Noise(random, Classes * Features, 0.3), Noise(random, Classes, 0.1)];
        double[][] expected = [[.. start[0]], [.. start[1]]];
        var reference = new ScalarReference(options, expected, [true, false]);
        for (int step = 0; step < Steps; step++)
        {
            reference.Step(Gradients(expected, images, labels, step), RateAt(rate, step));
        }

        double[][] ours = Train(options, start, images, labels);
        double apart = Norm(expected.Zip(ours, (one, other) => one.Zip(other, (x, y) => x - y)).SelectMany(each => each)), size = Norm(expected.SelectMany(each => each));
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {apart / size:G3}");
        Assert.True(apart <= Most * size, $"{name}: {apart / size}");
        Assert.True(Norm(expected.Zip(start, (one, other) => one.Zip(other, (x, y) => x - y)).SelectMany(each => each)) > 0.1 * size, "nothing was trained");
        static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(x => x * x));
    }

    private static double[][] Train(OptimizerOptions options, double[][] start, double[][] images, int[] labels)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Linear(Features, Classes);
        using (no_grad())
        {
            model.weight!.copy_(tensor([.. start[0].Select(x => (float)x)], [Classes, Features]));
            model.bias!.copy_(tensor([.. start[1].Select(x => (float)x)]));
        }

        using var flat = new FlatState(model);
        using IOptimizer optimizer = StreamTrainer.Model.Optimizers.Optimizers.Create(options, flat, new HashSet<string>());
        ILoss loss = Model.Losses.Losses.Create(new LossOptions { Smoothing = Smoothing }, Classes);
        for (int step = 0; step < Steps; step++)
        {
            using var stepScope = NewDisposeScope();
            int[] rows = Rows(step);
            Tensor inputs = tensor([.. rows.SelectMany(row => images[row].Select(x => (float)x))], [Batch, Features]);
            Tensor classes = tensor([.. rows.Select(row => (long)labels[row])]);
            flat.ZeroGradients();
            loss.Forward(model.forward(inputs), Targets.Labels(classes)).backward();
            optimizer.Step(RateAt(options.Lr, step));
        }

        return [.. flat.Segments.OrderByDescending(segment => segment.Shape.Length)
            .Select(segment => flat.Values.narrow(0, segment.Offset, segment.Count).data<float>().Select(x => (double)x).ToArray())];
    }

    /// <summary>The gradients of the mean cross-entropy with smoothed targets.</summary>
    private static double[][] Gradients(double[][] parameters, double[][] images, int[] labels, int step)
    {
        double[] weights = new double[Classes * Features], biases = new double[Classes];
        foreach (int row in Rows(step))
        {
            double[] logits = [.. Enumerable.Range(0, Classes).Select(k => parameters[1][k] + Enumerable.Range(0, Features).Sum(f => parameters[0][k * Features + f] * Rounded(images[row][f])))];
            double most = logits.Max(), sum = logits.Sum(logit => Math.Exp(logit - most));
            for (int k = 0; k < Classes; k++)
            {
                double target = Smoothing / Classes + (labels[row] == k ? 1 - Smoothing : 0);
                double error = (Math.Exp(logits[k] - most) / sum - target) / Batch;
                biases[k] += error;
                for (int f = 0; f < Features; f++)
                {
                    weights[k * Features + f] += error * Rounded(images[row][f]);
                }
            }
        }

        return [weights, biases];
    }

    private static double RateAt(double rate, int step) => 0.1 * rate + 0.9 * rate * 0.5 * (1 + Math.Cos(Math.PI * step / Steps));

    private static int[] Rows(int step) => [.. Enumerable.Range(0, Batch).Select(i => (step * Batch + i * 7) % Samples)];

    /// <summary>The data are what fp32 has of them: they are no part of the drift.</summary>
    private static double Rounded(double value) => (float)value;

    private static double[] Noise(Random random, int count, double scale = 1) => [.. Enumerable.Range(0, count).Select(_ => Rounded(scale * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)))];
}
