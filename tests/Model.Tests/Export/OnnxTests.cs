using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Export;
using StreamTrainer.Model.Tests.Architectures;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Export;

/// <summary>What is exported computes the same elsewhere.</summary>
public sealed class OnnxTests : IDisposable
{
    private const int Turns = 5;

    /// <summary>One of each way to build a network; they run with every commit.</summary>
    private static readonly HashSet<string> s_always = ["resnet18", "ecaresnet50t", "seresnet50", "efficientnet_b0", "vit_tiny_patch16_224", "airbench32_cifar"];

    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-").FullName;

    public static TheoryData<string> Names => [.. ModelRegistry.Names];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void LogitsInOnnxRuntimeAreTheSame(string name)
    {
        Assert.SkipUnless(s_always.Contains(name) || Rotation.Takes(name, Turns), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        ModelConfig config = ModelRegistry.ConfigOf(name);
        using ImageClassifier model = WithStatistics(name, config);
        int side = Math.Min(config.InputSize, 96);
        string path = Path.Combine(_folder, "m.onnx");
        ModelExport.Write(model, ExportFormat.Onnx, path, side, [new("mean", "0.5")]);
        foreach (int batch in (int[])[1, 3])
        {
            Tensor images = FormulaWeights.Input(batch, side, ScalarType.Float32), logits = model.forward(images);
            using var session = new InferenceSession(path);
            Assert.Equal("0.5", session.ModelMetadata.CustomMetadataMap["mean"]);
            var input = new Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>(images.contiguous().data<float>().ToArray(), (int[])[batch, 3, side, side]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
            using Tensor theirs = tensor(results.Single(result => result.Name == "logits").AsEnumerable<float>().ToArray(), logits.shape);
            double largest = logits.abs().max().item<float>(), off = (theirs - logits).abs().max().item<float>();
            Assert.True(off <= 1e-4 * largest, $"off by {off / largest} of the largest logit");
            Assert.Equal(logits.argmax(1).data<long>().ToArray(), theirs.argmax(1).data<long>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FoldedNetworksComputeTheSame(string name)
    {
        Assert.SkipUnless(s_always.Contains(name) || Rotation.Takes(name, Turns), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        using var scope = NewDisposeScope();
        using ImageClassifier model = WithStatistics(name, ModelRegistry.ConfigOf(name));
        int side = Math.Min(model.Config.InputSize, 96);
        Tensor images = FormulaWeights.Input(2, side, ScalarType.Float32);
        Tensor before, after;
        using (no_grad())
        {
            before = model.forward(images);
            model.Fold();
            after = model.forward(images);
        }

        Assert.True((after - before).abs().max().item<float>() <= 1e-4 * before.abs().max().item<float>());
        Assert.Equal(name.Contains("vit_", StringComparison.Ordinal) || name.Contains("deit_", StringComparison.Ordinal), after.Equals(before));
        // Training does not see it, and statistics move as ever.
        model.train();
        model.forward(images).sum().backward();
        Assert.All(model.named_parameters(), entry => Assert.NotNull(entry.parameter.grad));
    }

    /// <summary>A network whose norms have statistics and weights of a trained one's kind; where the golden vectors have it, theirs.</summary>
    private static ImageClassifier WithStatistics(string name, ModelConfig config)
    {
        ImageClassifier model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = name, InputSize = Math.Min(config.InputSize, 96) }, config.NumClasses);
        string golden = TestPaths.GoldenFile("models", $"{name.Replace("deit_base", "vit_base", StringComparison.Ordinal)}.json");
        if (File.Exists(golden) && config.InputSize >= 96)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(golden));
            FormulaWeights.Fill(model, document.RootElement);
        }
        else
        {
            FreshWeights.Fill(model, 3);
            using var guard = no_grad();
            foreach ((string key, Tensor value) in model.state_dict())
            {
                if (key.EndsWith("running_var", StringComparison.Ordinal) || (value.Dimensions == 1 && key.EndsWith("weight", StringComparison.Ordinal)))
                {
                    value.copy_(rand(value.shape) * 0.5 + 0.75);
                }
                else if (key.EndsWith("running_mean", StringComparison.Ordinal))
                {
                    value.copy_(rand(value.shape) * 0.2 - 0.1);
                }
            }
        }

        model.eval();
        return model;
    }
}
