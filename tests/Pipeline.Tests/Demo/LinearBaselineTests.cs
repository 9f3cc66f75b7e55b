using System.Numerics;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Demo;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Demo;

/// <summary>The demo must need a network: a linear model on the pixels, trained to the end, stays far below one.</summary>
public sealed class LinearBaselineTests
{
    private const int Side = 32, Features = Side * Side * 3;

    [Fact]
    public void A_linear_model_stays_under_sixty_percent()
    {
        (float[][] train, int[] trainLabels) = Load(DemoPart.Train, 5000);
        (float[][] val, int[] valLabels) = Load(DemoPart.Val, 1000);
        // 3072 is a multiple of every vector's width, so nothing is left over in the loops below.
        float[][] weights = [.. Enumerable.Range(0, DemoClasses.Count).Select(_ => new float[Features])];

        double best = 0;
        for (int epoch = 0; epoch < 12; epoch++)
        {
            float rate = 0.003f * (12 - epoch) / 12;
            for (int step = 0; step < train.Length; step++)
            {
                // 1999 is prime to the number of images: every one comes once, in an order that mixes the classes.
                int at = (int)((long)step * 1999 % train.Length);
                Update(weights, train[at], trainLabels[at], rate);
            }

            best = Math.Max(best, Accuracy(weights, val, valLabels));
        }

        // It does learn: what it was trained on it knows far better than chance.
        Assert.True(Accuracy(weights, train, trainLabels) > 0.2);
        Assert.True(best < 0.6, $"{best:P1}");
    }

    /// <summary>One step of stochastic gradient descent on the softmax's cross-entropy.</summary>
    private static void Update(float[][] weights, float[] image, int label, float rate)
    {
        Span<float> scores = stackalloc float[DemoClasses.Count];
        Scores(weights, image, scores);
        float largest = Largest(scores).Value, sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            sum += scores[i] = MathF.Exp(scores[i] - largest);
        }

        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(image);
        for (int i = 0; i < weights.Length; i++)
        {
            var change = new Vector<float>(-rate * (scores[i] / sum - (i == label ? 1 : 0)));
            Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights[i].AsSpan());
            for (int k = 0; k < w.Length; k++)
            {
                w[k] += change * x[k];
            }
        }
    }

    private static double Accuracy(float[][] weights, float[][] images, int[] labels)
    {
        int right = 0;
        Span<float> scores = stackalloc float[DemoClasses.Count];
        for (int i = 0; i < images.Length; i++)
        {
            Scores(weights, images[i], scores);
            right += Largest(scores).Index == labels[i] ? 1 : 0;
        }

        return right / (double)images.Length;
    }

    private static void Scores(float[][] weights, float[] image, Span<float> scores)
    {
        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(image);
        for (int i = 0; i < weights.Length; i++)
        {
            ReadOnlySpan<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights[i]);
            Vector<float> sum = Vector<float>.Zero;
            for (int k = 0; k < w.Length; k++)
            {
                sum += w[k] * x[k];
            }

            scores[i] = Vector.Sum(sum);
        }
    }

    private static (int Index, float Value) Largest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return (best, scores[best]);
    }

    private static (float[][] Images, int[] Labels) Load(DemoPart part, int count)
    {
        var images = new float[count][];
        Parallel.For(0, count, index =>
        {
            DemoScene scene = DemoScene.Draw(part, index);
            images[index] = Shrink(DemoPainter.Paint(scene), scene.Size.Width, scene.Size.Height);
        });
        return (images, [.. Enumerable.Range(0, count).Select(index => index % DemoClasses.Count)]);
    }

    /// <summary>The square in the middle, averaged down, centred on 0. No bias: the classes are equally many.</summary>
    private static float[] Shrink(byte[] pixels, int width, int height)
    {
        int side = Math.Min(width, height), left = (width - side) / 2, top = (height - side) / 2;
        var result = new float[Features];
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
            {
                int y0 = top + row * side / Side, y1 = top + (row + 1) * side / Side;
                int x0 = left + column * side / Side, x1 = left + (column + 1) * side / Side;
                for (int channel = 0; channel < 3; channel++)
                {
                    int sum = 0;
                    for (int y = y0; y < y1; y++)
                    {
                        for (int x = x0; x < x1; x++)
                        {
                            sum += pixels[(y * width + x) * 3 + channel];
                        }
                    }

                    result[(row * Side + column) * 3 + channel] = sum / (255f * (y1 - y0) * (x1 - x0)) - 0.5f;
                }
            }
        }

        return result;
    }
}
