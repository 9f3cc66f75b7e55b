using System.Text.Json;
using StreamTrainer.Model.Losses;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Losses;

public sealed class LossTests
{
    private static readonly Lazy<JsonElement?> s_golden = new(() =>
    {
        string file = TestPaths.GoldenFile("loss", "losses.json");
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement : null;
    });

    public static TheoryData<string> Cases => s_golden.Value is { } golden ? [.. golden.GetProperty("cases").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void EqualsTimms(string name)
    {
        using var scope = NewDisposeScope();
        JsonElement golden = s_golden.Value!.Value;
        JsonElement entry = golden.GetProperty("cases").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        int batch = golden.GetProperty("batch").GetInt32(), classes = golden.GetProperty("classes").GetInt32();
        var grads = new SafetensorsFile(TestPaths.GoldenFile("loss", "grads.safetensors"));
        string grad = $"{name}.grad";
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float64, ScalarType.Float32])
        {
            float[] values = [.. NumberFormula.Symmetric("logits", batch * classes, 6).Select(value => (float)value)];
            Tensor logits = tensor(values, [batch, classes]).to(type).requires_grad_(true);
            Tensor loss = Loss(entry, classes).Forward(logits, TargetsOf(entry, classes));
            Assert.Equal(type, loss.dtype);
            double expected = entry.GetProperty("loss").GetDouble(), actual = loss.to(ScalarType.Float64).item<double>();
            Assert.Equal(expected, actual, Math.Abs(expected) * (type == ScalarType.Float64 ? 1e-9 : 1e-5));
            loss.backward();
            if (grads.Names.Contains(grad))
            {
                double[] wanted = grads.ReadDoubles(grad);
                double[] got = logits.grad!.narrow(0, 0, wanted.Length / classes).to(ScalarType.Float64).contiguous().data<double>().ToArray();
                double tolerance = wanted.Max(Math.Abs) * (type == ScalarType.Float64 ? 1e-6 : 1e-5);
                Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, tolerance));
            }
        }
    }

    [Fact]
    public void NarrowLogitsAreWidened()
    {
        using var scope = NewDisposeScope();
        Tensor logits = randn(4, 10).to(ScalarType.BFloat16);
        Targets labels = Targets.Labels(tensor(new long[] { 1, 2, 3, 4 }));
        foreach (LossKind kind in Enum.GetValues<LossKind>())
        {
            Assert.Equal(ScalarType.Float32, StreamTrainer.Model.Losses.Losses.Create(new LossOptions { Name = kind }, 10).Forward(logits, labels).dtype);
        }
    }

    private static ILoss Loss(JsonElement entry, int classes)
    {
        string kind = entry.GetProperty("kind").GetString()!;
        bool binary = kind.StartsWith("bce", StringComparison.Ordinal);
        string reduction = binary ? entry.GetProperty("reduction").GetString()! : "mean";
        return StreamTrainer.Model.Losses.Losses.Create(new LossOptions
        {
            Name = binary ? LossKind.Bce : LossKind.CrossEntropy,
            Smoothing = entry.TryGetProperty("smoothing", out JsonElement smoothing) ? smoothing.GetDouble() : 0,
            TargetThreshold = binary && entry.GetProperty("target_threshold") is { ValueKind: JsonValueKind.Number } threshold ? threshold.GetDouble() : null,
            Reduction = reduction == "mean" ? LossReduction.Mean : LossReduction.SumClasses,
        }, classes);
    }

    private static Targets TargetsOf(JsonElement entry, int classes)
    {
        Tensor labels = tensor(entry.GetProperty("labels").EnumerateArray().Select(label => label.GetInt64()).ToArray());
        if (!entry.TryGetProperty("lam", out JsonElement lambda))
        {
            return Targets.Labels(labels);
        }

        var mixer = new StreamTrainer.Model.Mixing.Mixer(classes, entry.GetProperty("target_smoothing").GetDouble());
        using Tensor pixels = zeros(labels.shape[0], 1, 1, 3, ScalarType.Byte);
        return Targets.Soft(mixer.Apply(pixels, labels, new StreamTrainer.Model.Mixing.MixPlan(lambda.GetDouble())).Targets);
    }
}
