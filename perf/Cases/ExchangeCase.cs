using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.State;
using StreamTrainer.Perf.Harness;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// What a step waits for the sum of its gradients, sent during the backward pass or behind it: ResNet-50's gradients and the trainer's own
/// exchange, on a simulated device (<see cref="SimulatedDevice"/>) and a simulated link between eight ranks (<see cref="SimulatedLink"/>).
/// </summary>
internal sealed class ExchangeCase : IPerfCase
{
    private const int Ranks = 8, Rounds = 5, Steps = 6;

    /// <summary>An assumption: two thirds of a step of 256 images at 1,200 images a second.</summary>
    private const double BackwardSeconds = 0.14;

    private static readonly double[] s_gigabytesPerSecond = [12, 3, 1.2];
    private static readonly (string Name, bool Overlap, double Megabytes, int Bytes)[] s_ways =
    [
        ("behind", false, 1000, 4),
        ("overlap_64mb", true, 64, 4),
        ("overlap_16mb", true, 16, 4),
        ("overlap_4mb", true, 4, 4),
        ("overlap_16mb_bf16", true, 16, 2),
    ];

    public string Name => "exchange";

    public string Description => "a simulated step's wait for the sum of its gradients, sent beside the backward pass or behind it";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using var model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = "resnet50" }, 1000);
        using var flat = new FlatState(model);
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{flat.Gradients.numel() * 4e-6:F0} MB of gradients, backward pass {1e3 * BackwardSeconds:F0} ms, {Ranks} ranks, {Rounds} rounds of {Steps} steps; waits in ms"));
        var figures = new List<Figure>();
        foreach (double rate in s_gigabytesPerSecond)
        {
            var waits = s_ways.Select(_ => new double[Rounds]).ToArray();
            double busy = 0;
            for (int round = 0; round < Rounds; round++)
            {
                for (int way = 0; way < s_ways.Length; way++)
                {
                    (waits[way][round], double link) = Exposed(flat, s_ways[way], rate * 1e9);
                    busy = way == 0 ? link : busy;
                }
            }

            string label = string.Create(CultureInfo.InvariantCulture, $"{rate:0.#}gbps");
            figures.Add(Figure.Of($"{label}.link", "ms", [1e3 * busy]));
            figures.AddRange(s_ways.Select((way, index) => Figure.Of($"{label}.{way.Name}", "ms", waits[index].Select(wait => 1e3 * wait))));
        }

        return figures;
    }

    /// <summary>Seconds a step that its gradients' sums are waited for, and those that the link was busy.</summary>
    private static (double Wait, double Link) Exposed(FlatState flat, (string Name, bool Overlap, double Megabytes, int Bytes) way, double bytesPerSecond)
    {
        IReadOnlyList<GradientBucket> buckets = GradientBucket.Divide(flat.Segments, flat.Gradients.numel(), (long)(way.Megabytes * 1e6 / sizeof(float)));
        var link = new SimulatedLink(bytesPerSecond, Ranks, way.Bytes);
        using var exchange = new GradientExchange(flat, buckets, link, way.Overlap);
        double waited = 0;
        for (int step = -1; step < Steps; step++)
        {
            exchange.BackwardBegins();
            Backward(flat);
            long start = Stopwatch.GetTimestamp();
            exchange.Finish();
            waited += step < 0 ? 0 : Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return (waited / Steps, link.Busy / (Steps + 1));
    }

    /// <summary>Writes the gradients from the last to the first, evenly over the pass: a ResNet's layers compute about equally long, though
    /// most of their weights are in the last ones.</summary>
    private static void Backward(FlatState flat)
    {
        using var guard = no_grad();
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Tensor> views = flat.GradientViews;
        for (int i = views.Count - 1; i >= 0; i--)
        {
            views[i].zero_();
            SimulatedDevice.Until(start + (long)(BackwardSeconds * (views.Count - i) / views.Count * Stopwatch.Frequency));
        }
    }
}
