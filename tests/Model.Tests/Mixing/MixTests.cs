using System.Text.Json;
using CsCheck;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Mixing;

public sealed class MixTests
{
    private static readonly Lazy<JsonElement?> s_golden = new(() =>
    {
        string file = TestPaths.GoldenFile("loss", "mix.json");
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement : null;
    });

    [Fact]
    public void MixedBatchesEqualTimms()
    {
        JsonElement golden = Golden();
        var expected = new SafetensorsFile(TestPaths.GoldenFile("loss", "mix.safetensors"));
        int classes = golden.GetProperty("num_classes").GetInt32();
        using var scope = NewDisposeScope();
        Tensor batch = Nhwc(expected, "batch_u8"), labels = tensor(expected.Read<long>("labels"));
        Assert.All(golden.GetProperty("cases").EnumerateArray(), entry =>
        {
            int number = entry.GetProperty("case").GetInt32();
            var draws = new FedDraws(entry.GetProperty("draws").GetString()!);
            bool cutmix = entry.GetProperty("cutmix").GetBoolean();
            Assert.True(MixPlan.Decide(ref draws, new MixOptions { Mixup = cutmix ? 0 : 1, Cutmix = cutmix ? 1 : 0 }, out bool drawn));
            Assert.Equal(cutmix, drawn);
            double lambda = entry.GetProperty("lam_drawn").GetDouble();
            MixPlan plan = cutmix ? MixPlan.Box(ref draws, lambda, (int)batch.shape[1], (int)batch.shape[2]) : new MixPlan(lambda);
            Assert.Equal(entry.GetProperty("lam_used").GetDouble(), plan.Lambda);
            if (cutmix)
            {
                Assert.Equal(Ints(entry.GetProperty("box_y0_y1_x0_x1")), [plan.Top, plan.Bottom, plan.Left, plan.Right]);
            }

            var mixer = new Mixer(classes, entry.GetProperty("smoothing").GetDouble());
            (Tensor mixed, Tensor targets) = mixer.Apply(batch.clone(), labels, plan);
            double[] wanted = expected.ReadDoubles($"{number}.target");
            Assert.All(wanted.Zip(targets.contiguous().data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
            if (expected.Names.Contains($"{number}.mixed_u8"))
            {
                Tensor pixels = Nhwc(expected, $"{number}.mixed_u8");
                Assert.True(pixels.Equals(mixed));
                // The float path: of most cases one plane is stored.
                string name = $"{number}.mixed_f32";
                long[] shape = [.. expected.Shape(name)];
                (Tensor floats, _) = mixer.ApplyFloats(batch.permute(0, 3, 1, 2).to(ScalarType.Float32), labels, GroupMix.All(plan));
                float[] got = floats.narrow(0, 0, shape[0]).narrow(1, 0, shape[1]).contiguous().data<float>().ToArray();
                Assert.Equal(expected.Read<float>(name), got);
                Assert.True(pixels.Equals(plan.Lambda >= 1 ? batch : MixOperations.Mixed(batch, GroupMix.All(plan), MixOperations.ChannelsLast)));
            }
        });
    }

    [Fact]
    public void SwitchesAndBoxesEqualTimms()
    {
        JsonElement golden = Golden();
        Assert.All(golden.GetProperty("switch").EnumerateArray(), entry =>
        {
            var draws = new FedDraws(entry.GetProperty("draws").GetString()!);
            bool mixed = MixPlan.Decide(ref draws, new MixOptions { Mixup = 0.2, Cutmix = 1, Prob = entry.GetProperty("prob").GetDouble() }, out bool cutmix);
            Assert.Equal(entry.GetProperty("mixed").GetBoolean(), mixed);
            Assert.Equal(entry.GetProperty("use_cutmix").GetBoolean(), cutmix);
            Assert.Equal(entry.GetProperty("used").GetInt32(), draws.Used);
        });
        Assert.All(golden.GetProperty("boxes").EnumerateArray(), entry =>
        {
            var draws = new FedDraws(entry.GetProperty("draws").GetString()!);
            MixPlan plan = MixPlan.Box(ref draws, entry.GetProperty("lam").GetDouble(), entry.GetProperty("height").GetInt32(), entry.GetProperty("width").GetInt32());
            Assert.Equal(Ints(entry.GetProperty("box_y0_y1_x0_x1")), [plan.Top, plan.Bottom, plan.Left, plan.Right]);
            Assert.Equal(entry.GetProperty("lam_corrected").GetDouble(), plan.Lambda);
        });
    }

    [Fact]
    public void InPlaceEqualsLibtorchsOperations()
    {
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 9], Gen.Int[1, 23], Gen.Double[0, 1], Gen.Bool, Gen.Int).Sample((count, height, width, lambda, cutmix, seed) =>
        {
            using var scope = NewDisposeScope();
            manual_seed(seed);
            Tensor batch = randint(256, [count, height, width, 3], ScalarType.Byte);
            var draws = new SampleRandom(seed, 0, 0, RandomStream.Mix);
            MixPlan plan = cutmix ? MixPlan.Box(ref draws, lambda, height, width) : new MixPlan(lambda);
            Tensor expected = plan.Lambda >= 1 ? batch : MixOperations.Mixed(batch, GroupMix.All(plan), MixOperations.ChannelsLast);
            Assert.True(expected.Equals(new Mixer(3, 0).Apply(batch.clone(), zeros(count, ScalarType.Int64), plan).Pixels));
        }, iter: 200, threads: 1);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void LambdaFollowsTheBetaDistribution(double alpha)
    {
        const int Count = 20_000;
        double sum = 0, squares = 0;
        for (int i = 0; i < Count; i++)
        {
            var draws = new SampleRandom(1, 0, i, RandomStream.Mix);
            double lambda = BetaDistribution.Draw(ref draws, alpha);
            Assert.InRange(lambda, 0, 1);
            sum += lambda;
            squares += lambda * lambda;
        }

        // Mean 1/2, variance 1 / (4 (2 alpha + 1)).
        Assert.Equal(0.5, sum / Count, 0.012);
        Assert.Equal(1 / (4 * (2 * alpha + 1)), squares / Count - Math.Pow(sum / Count, 2), 0.006);
    }

    private static JsonElement Golden()
    {
        Assert.SkipUnless(s_golden.Value is not null, "no golden mix.json");
        return s_golden.Value!.Value;
    }

    private static IEnumerable<int> Ints(JsonElement element) => element.EnumerateArray().Select(value => value.GetInt32());

    private static Tensor Nhwc(SafetensorsFile file, string name) => tensor(file.Read<byte>(name), file.Shape(name)).permute(0, 2, 3, 1).contiguous();

    private struct FedDraws(string name) : IDraws
    {
        public int Used { get; private set; }

        public double Next() => NumberFormula.U(name, Used++);
    }
}
