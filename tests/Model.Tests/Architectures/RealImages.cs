using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Architectures;

/// <summary>Photographs of the golden vectors as a network sees them.</summary>
internal static class RealImages
{
    /// <summary>Normalised images <c>[count, 3, side, side]</c>, channels-last in memory.</summary>
    public static Tensor Batch(int count, int side)
    {
        string[] files = [.. Directory.EnumerateFiles(TestPaths.GoldenFile("resize", "jpeg"), "n*.JPEG").Order(StringComparer.Ordinal).Take(count)];
        Assert.SkipUnless(files.Length == count, "no golden photographs");
        using var transform = new EvaluationTransform(new EvaluationOptions { Size = side }, exifOrientation: false);
        using var sample = new EncodedSample();
        var pixels = new byte[count * 3 * side * side];
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = File.ReadAllBytes(files[i]);
            bytes.CopyTo(sample.Reserve(bytes.Length));
            sample.Kind = PayloadKind.Encoded;
            var timing = default(TransformTiming);
            transform.Apply(sample, default, pixels.AsSpan(i * 3 * side * side, 3 * side * side), ref timing);
        }

        using Tensor raw = tensor(pixels, [count, side, side, 3]);
        return ((raw.to(ScalarType.Float32) / 255 - 0.45) / 0.225).permute(0, 3, 1, 2);
    }
}
