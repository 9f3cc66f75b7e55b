using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Commands;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Host.Doctor;

/// <summary>A small training step of ResNet-50, the network in which libtorch's known fault shows.</summary>
internal static class ConvolutionProbe
{
    /// <summary>The probe's name.</summary>
    public const string Name = "convolution";

    /// <summary>Tries it and says what it saw.</summary>
    public static int Run(TextWriter output)
    {
        long start = Stopwatch.GetTimestamp();
        TorchRuntime.Initialize(Environment.ProcessorCount);
        using var scope = NewDisposeScope();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet50" }, 10, seed: 0);
        model.train();
        Tensor images = randn(2, 64, 64, 3).permute(0, 3, 1, 2);
        Tensor loss = nn.functional.cross_entropy(model.forward(images), tensor(new long[] { 0, 1 }));
        loss.backward();
        float value = loss.item<float>();
        if (!float.IsFinite(value))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the loss is {value}"));
            return ExitCodes.Failure;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a training step of ResNet-50 works{(TorchRuntime.LinearForPointwise ? ", 1x1 convolutions as linear layers" : "")} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s with start)"));
        return ExitCodes.Success;
    }
}
