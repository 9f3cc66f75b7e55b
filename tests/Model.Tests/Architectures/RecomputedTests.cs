using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.State;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Architectures;

/// <summary>Activations computed again are those that were computed before.</summary>
public sealed class RecomputedTests
{
    [Theory]
    [InlineData("resnet18", false)]
    [InlineData("resnet18", true)]
    [InlineData("efficientnet_b0", false)]
    [InlineData("vit_tiny_patch16_224", false)]
    [InlineData("vit_tiny_patch16_224", true)]
    public void GradientsAndBuffersAreTheSame(string name, bool narrow)
    {
        (float[] Gradients, float[] Buffers) Run(bool again)
        {
            using var scope = NewDisposeScope();
            using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = name, InputSize = 64, ZeroInitLast = false }, 10, 3);
            model.CheckpointActivations = again;
            using var flat = new FlatState(model);
            model.train();
            Tensor images = FormulaWeights.Input(4, 64, ScalarType.Float32), loss;
            using (narrow ? new Autocast(DeviceType.CPU, ScalarType.BFloat16) : null)
            {
                loss = nn.functional.cross_entropy(model.forward(images), tensor(new long[] { 0, 1, 2, 3 }));
            }

            loss.backward();
            return (flat.Gradients.data<float>().ToArray(), [.. model.named_buffers().SelectMany(entry => entry.buffer.to(ScalarType.Float32).reshape(-1).data<float>().ToArray())]);
        }

        (float[] gradients, float[] buffers) = Run(false);
        (float[] gradientsAgain, float[] buffersAgain) = Run(true);
        Assert.Contains(gradients, value => value != 0);
        Alike(gradients, gradientsAgain);
        Alike(buffers, buffersAgain);
    }

    /// <summary>Each tensor kept is the memory of a stage.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NothingOfTheStagesIsKept(bool again)
    {
        using var scope = NewDisposeScope();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet34", InputSize = 64 }, 10, 3);
        model.CheckpointActivations = again;
        using var flat = new FlatState(model);
        model.train();
        Tensor images = FormulaWeights.Input(2, 64, ScalarType.Float32), labels = tensor(new long[] { 0, 1 });
        long before = Tensor.TotalCount, tensors = scope.DisposablesCount;
        Tensor loss = nn.functional.cross_entropy(model.forward(images), labels);
        // Logits and loss; where stages are computed again, their inputs too, which no scope gives back.
        Assert.Equal(tensors + 2, scope.DisposablesCount);
        loss.backward();
        // And
        Assert.InRange(scope.DisposablesCount, tensors + 2, tensors + (again ? 3 : 2));
        Assert.InRange(Tensor.TotalCount, before, before + (again ? 3 : 2));
    }

    /// <summary>Values that nobody needs afterwards are overwritten: other kernels, which round otherwise.</summary>
    private static void Alike(float[] one, float[] two)
    {
        double size = Math.Sqrt(one.Sum(value => (double)value * value)), off = Math.Sqrt(one.Zip(two, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
        Assert.True(off <= 1e-5 * size, $"off by {off / size}");
    }

    [Fact]
    public void DrawsAreTheSameBothTimes()
    {
        using var scope = NewDisposeScope();
        using var drop = new DropPath(0.5);
        using Generator generator = random.manual_seed(5);
        Tensor input = ones(64, 3).requires_grad_(true), output = new RecomputedPass().Run(new Dropped(drop), input);
        // Other draws in between.
        rand(100);
        output.sum().backward();
        Assert.Contains(output.detach().data<float>(), value => value == 0);
        Assert.Equal(output.detach().data<float>().ToArray(), input.grad!.data<float>().ToArray());
    }

    private sealed class Dropped(DropPath drop) : IStage
    {
        public T Apply<T>(IOperations<T> operations, T input)
            where T : class => operations.Drop(drop, operations.Add((T)(object)zeros(64, 3), input));
    }
}
