using Xunit;
namespace StreamTrainer.Host.Tests.Reports;
public sealed class LookTests
{
    [Fact]
    public void Look()
    {
        string runs = "/tmp/report-look/runs";
        if (Directory.Exists(runs)) Directory.Delete(runs, true);
        Directory.CreateDirectory(runs);
        var random = new Random(4);
        double G() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int n = 0;
        foreach (var (loss, lr, gain) in new[] { ("crossEntropy", "0.002", 0.0), ("crossEntropy", "0.005", 0.01), ("bce", "0.002", 0.004), ("bce", "0.005", 0.013) })
            for (int seed = 0; seed < 12; seed++)
            {
                double common = 0.0025 * G();
                double[] curve = [.. Enumerable.Range(1, 20).Select(e => 0.92 + gain + common + 0.006 * G() * Math.Exp(-e / 8.0) - 0.5 * Math.Exp(-e / 3.0))];
                string id = $"grid-{n++:D3}";
                RunMaker.Complete(runs, id, seed, curve, $"loss: {{name: {loss}}}", $"optimizer: {{lr: {lr}}}", "eval: {size: 224, cropPct: 0.9}");
                Directory.CreateDirectory(Path.Combine(runs, id, "evaluations"));
                var rows = new List<string>();
                foreach (string set in new[] { "val", "v2" })
                    foreach (double crop in new[] { 0.8, 0.875, 0.9, 0.95, 1.0 })
                        rows.Add(FormattableString.Invariant($$"""{"set":"{{set}}","resolution":224,"cropPct":{{crop}},"tta":"none","weights":"last","count":500,"bad":0,"top1":{{curve[^1] - (set == "v2" ? 0.12 : 0) - 0.3 * (crop - 0.92) * (crop - 0.92) + (set == "v2" ? 0.004 * G() + common : 0)}},"top1Low":0,"top1High":1,"top5":0.99}"""));
                File.WriteAllText(Path.Combine(runs, id, "evaluations", "evaluation.json"), "[" + string.Join(",\n", rows) + "]");
            }
        RunMaker.Unfinished(runs, "stopped", 99, [0.5, 0.6], 20, StreamTrainer.Model.Training.RunState.Stopped, null, "loss: {name: crossEntropy}", "optimizer: {lr: 0.002}", "eval: {size: 224, cropPct: 0.9}");
        RunMaker.Unfinished(runs, "failed", 98, [0.5, 0.6], 20, StreamTrainer.Model.Training.RunState.Failed, "the loss is not a number at step 23", "loss: {name: crossEntropy}", "optimizer: {lr: 0.002}", "eval: {size: 224, cropPct: 0.9}");
        RunMaker.Unfinished(runs, "killed", 97, [0.5, 0.6], 20, null, null, "loss: {name: crossEntropy}", "optimizer: {lr: 0.002}", "eval: {size: 224, cropPct: 0.9}");
        var b = RunMaker.Complete(runs, "broken", 96, [0.5, 0.6], "loss: {name: crossEntropy}", "optimizer: {lr: 0.002}", "eval: {size: 224, cropPct: 0.9}");
        File.WriteAllText(b.SummaryFile, "{");
        Directory.CreateDirectory(Path.Combine(runs, "notes"));
    }
}
