using System.Text.Json;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using StreamTrainer.Tests;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Optimizers;

/// <summary>timm's optimizers, 30 steps each, against their traces.</summary>
public sealed class GoldenOptimizerTests
{
    private static readonly Lazy<JsonElement?> s_golden = new(() => Read("optimizers.json"));

    public static TheoryData<string> Runs => s_golden.Value is { } golden ? [.. golden.GetProperty("runs").EnumerateObject().Select(run => run.Name)] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Runs))]
    public void DoublePrecisionEqualsTheTraces(string run) => Check(run, ScalarType.Float64, 1e-12, kernels: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Runs))]
    public void SinglePrecisionEqualsTheTraces(string run) => Check(run, ScalarType.Float32, 2e-6, kernels: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Runs))]
    public void LibtorchsOperationsEqualTheTraces(string run) => Check(run, ScalarType.Float64, 1e-12, kernels: false);

    [Fact]
    public void ClippingEqualsTorchs()
    {
        Assert.SkipUnless(Read("clip.json") is not null, "no golden clip.json");
        JsonElement golden = Read("clip.json")!.Value;
        var expected = new SafetensorsFile(TestPaths.GoldenFile("optim", "clip.safetensors"));
        Assert.All(golden.GetProperty("cases").EnumerateArray(), entry =>
        {
            int number = entry.GetProperty("case").GetInt32();
            using FormulaModel model = FormulaModel.FromGolden(s_golden.Value!.Value, ScalarType.Float32);
            using var flat = new FlatState(model);
            double scale = entry.GetProperty("scale").GetDouble();
            FormulaModel.SetGradients(flat, (name, count) =>
                expected.Names.Contains($"{number}.{name}") ? NumberFormula.Symmetric($"clip.{number}.{name}", count, scale) : new double[count]);
            double norm = GradientClipping.Clip(flat, entry.GetProperty("max_norm").GetDouble());
            Assert.Equal(entry.GetProperty("norm_before").GetDouble(), norm, 1e-5);
            foreach (ParameterSegment segment in flat.Segments.Where(segment => expected.Names.Contains($"{number}.{segment.Name}")))
            {
                AssertClose(expected.ReadDoubles($"{number}.{segment.Name}"), FormulaModel.Values(flat.Gradients, segment), 1e-6, segment.Name);
            }
        });
    }

    private static void Check(string run, ScalarType type, double tolerance, bool kernels)
    {
        JsonElement golden = s_golden.Value!.Value;
        JsonElement entry = golden.GetProperty("runs").GetProperty(run);
        var traces = new SafetensorsFile(TestPaths.GoldenFile("optim", "traces_f64.safetensors"));
        OptimizerOptions options = Options(entry);
        using FormulaModel model = FormulaModel.FromGolden(golden, type);
        using var flat = new FlatState(model);
        using IOptimizer optimizer = StreamTrainer.Model.Optimizers.Optimizers.Create(options, flat, new HashSet<string>(), kernels);
        JsonElement norms = entry.GetProperty("norms_before_clip");
        double gradScale = entry.GetProperty("grad_scale").GetDouble(), rate = entry.GetProperty("base_lr").GetDouble();
        HashSet<int> kept = [.. golden.GetProperty("steps_kept").EnumerateArray().Select(step => step.GetInt32())];
        for (int step = 1; step <= kept.Max(); step++)
        {
            FormulaModel.SetGradients(flat, (name, count) => name == "zerograd.weight"
                ? new double[count]
                : NumberFormula.Symmetric($"grad.{step}.{name}", count, step <= 10 ? gradScale * 10 : gradScale));
            if (options.ClipGrad is { } most)
            {
                double norm = GradientClipping.Clip(flat, most);
                Assert.Equal(norms[step - 1].GetDouble(), norm, 1e-5);
            }

            optimizer.Step(rate * (0.5 + 0.5 * Math.Cos(Math.PI * (step - 1) / 30)) + 1e-4);
            if (kept.Contains(step))
            {
                foreach (ParameterSegment segment in flat.Segments)
                {
                    AssertClose(traces.ReadDoubles($"{run}.step{step}.{segment.Name}"), FormulaModel.Values(flat.Values, segment), tolerance, $"{segment.Name} at step {step}");
                }
            }
        }
    }

    private static OptimizerOptions Options(JsonElement entry)
    {
        JsonElement resolved = entry.GetProperty("resolved"), arguments = entry.GetProperty("args");
        T Get<T>(string name, Func<JsonElement, T> read, T otherwise) => resolved.TryGetProperty(name, out JsonElement value) ? read(value) : otherwise;
        var defaults = new OptimizerOptions();
        return new OptimizerOptions
        {
            Name = Enum.Parse<OptimizerKind>(entry.GetProperty("timm_opt").GetString()!, ignoreCase: true),
            WeightDecay = arguments.GetProperty("weight_decay").GetDouble(),
            DecayAll = arguments.TryGetProperty("filter_bias_and_bn", out JsonElement filter) && !filter.GetBoolean(),
            Momentum = Get("momentum", value => value.GetDouble(), defaults.Momentum),
            Betas = Get<IReadOnlyList<double>>("betas", value => [value[0].GetDouble(), value[1].GetDouble()], defaults.Betas),
            Eps = Get<double?>("eps", value => value.GetDouble(), null),
            MaxGradNorm = Get("max_grad_norm", value => value.GetDouble(), defaults.MaxGradNorm),
            AlwaysAdapt = Get("always_adapt", value => value.GetBoolean(), false),
            BiasCorrection = Get("bias_correction", value => value.GetBoolean(), true),
            ClipGrad = entry.GetProperty("clip_grad") is { ValueKind: JsonValueKind.Number } clip ? clip.GetDouble() : null,
        };
    }

    private static JsonElement? Read(string name)
    {
        string file = TestPaths.GoldenFile("optim", name);
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement : null;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= tolerance, $"{what}: off by {worst}");
    }
}
