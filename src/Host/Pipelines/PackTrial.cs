using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Pipelines;

/// <summary>
/// Measures what packing brings: some of the training set's samples are packed into a temporary folder, and the recipe's pipeline
/// runs over them as they are and over each payload in turns, so that whatever else the machine does meets all alike.
/// </summary>
/// <param name="recipe">The recipe.</param>
/// <param name="data">Its data with the number of workers.</param>
/// <param name="folder">An existing folder to pack into; the caller deletes it.</param>
/// <param name="time">How long it is measured, in all.</param>
/// <param name="rate">Images a second that cores are wanted for.</param>
internal sealed class PackTrial(Recipe recipe, DataOptions data, string folder, TimeSpan time, double? rate)
{
    private const int MostSamples = 512, LeastSamples = 16, Rounds = 3;
    private const long MostBytes = 128L << 20;

    private static readonly TimeSpan s_drawing = TimeSpan.FromSeconds(20), s_packing = TimeSpan.FromSeconds(60);
    private static readonly (string Name, ShardPayload Payload)[] s_payloads = [("indexed", ShardPayload.Indexed), ("coefficients", ShardPayload.Coefficients)];

    /// <summary>Measures, or says why not.</summary>
    /// <param name="source">The training set; not disposed.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public PackTrialResult Run(ISampleSource source, CancellationToken stop)
    {
        if (PackSample.IsPack(data.Train))
        {
            return new PackTrialResult { LeftOut = "the training set is a pack already" };
        }

        var sample = PackSample.Draw(source, recipe.Train.Seed, MostSamples, MostBytes, s_drawing, stop);
        var result = new PackTrialResult { Samples = (int)sample.Source.Count, Jpegs = sample.Jpegs, Bytes = sample.Bytes };
        if (sample.Jpegs == 0)
        {
            return result with { LeftOut = "the images are no JPEGs, and packing makes only those faster" };
        }

        if (sample.Source.Count < LeastSamples)
        {
            return result with { LeftOut = $"only {sample.Source.Count} images could be read in {s_drawing.TotalSeconds:F0} s, too few to tell" };
        }

        using var packing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        packing.CancelAfter(s_packing);
        try
        {
            long[] sizes = [sample.Bytes, .. s_payloads.Select(each => Pack(sample.Source, each.Name, each.Payload, packing.Token))];
            return result with { Payloads = Measure(sample.Source, sizes, stop) };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return result with { LeftOut = $"packing {sample.Source.Count} images took more than {s_packing.TotalSeconds:F0} s" };
        }
        catch (IOException error)
        {
            return result with { LeftOut = $"the images could not be packed into {folder}: {error.Message}; TMPDIR names another folder" };
        }
    }

    private string FolderOf(string payload) => Path.Combine(folder, payload);

    private long Pack(ISampleSource samples, string name, ShardPayload payload, CancellationToken stop) =>
        ShardPacker.Pack(samples, FolderOf(name), new PackOptions { Payload = payload }, Environment.ProcessorCount, null, stop).Bytes;

    private PayloadTrial[] Measure(ISampleSource samples, long[] sizes, CancellationToken stop)
    {
        // Few samples, each once: repeated augmentation and blocks are of whole sets.
        DataOptions plain = data with { AugRepeats = 0, Shuffle = Shuffle.Full };
        var packs = new List<ISampleSource>();
        try
        {
            packs.AddRange(s_payloads.Select(each => ShardSource.Open(FolderOf(each.Name))));
            ISampleSource[] all = [samples, .. packs];
            TimeSpan each = time / (Rounds * all.Length);
            PipelineRate[][] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => all.Select(source => PipelineRate.Measure(source, recipe, plain, each, stop)).ToArray())];
            string[] names = ["original", .. s_payloads.Select(payload => payload.Name)];
            return [.. names.Select((name, i) =>
            {
                double perCore = Median(rounds.Select(round => round[i].ImagesPerCoreSecond));
                return new PayloadTrial
                {
                    Payload = name,
                    ImagesPerSecond = Median(rounds.Select(round => round[i].ImagesPerSecond)),
                    Speedup = Median(rounds.Select(round => round[i].ImagesPerSecond / round[0].ImagesPerSecond)),
                    ImagesPerCoreSecond = perCore,
                    SizeRatio = sizes[i] / (double)sizes[0],
                    CoresForRate = rate / perCore,
                };
            })];
        }
        finally
        {
            packs.ForEach(pack => pack.Dispose());
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
