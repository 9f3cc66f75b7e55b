using System.Text.Json;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Tests;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Architectures;

/// <summary>Weights and inputs of the golden vectors, by the number formula (the golden README's table of kinds).</summary>
internal static class FormulaWeights
{
    /// <summary>Fills a model of any float type.</summary>
    public static void Fill(ImageClassifier model, JsonElement golden)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = model.state_dict();
        foreach (JsonElement entry in golden.GetProperty("state_dict").EnumerateArray())
        {
            string name = entry.GetProperty("name").GetString()!;
            Tensor target = state[name];
            using Tensor values = empty(target.shape);
            NumberFormula.Fill(name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.bytes), Kind(entry));
            target.copy_(values);
        }
    }

    /// <summary>Images <c>[batch, 3, side, side]</c>, channels-last in memory.</summary>
    public static Tensor Input(int batch, int side, ScalarType type)
    {
        using Tensor values = empty(batch, 3, side, side);
        NumberFormula.Fill("input", System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.bytes), draw => (2 * draw - 1) * 1.5);
        return values.to(type).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    private static Func<double, double> Kind(JsonElement entry)
    {
        switch (entry.GetProperty("kind").GetString())
        {
            case "weight":
                double scale = Math.Sqrt(3 / entry.GetProperty("fan_in").GetDouble()) * entry.GetProperty("gain").GetDouble();
                return draw => (2 * draw - 1) * scale;
            case "bn_weight":
                return draw => 0.1 + 0.2 * draw;
            case "ln_weight" or "running_var":
                return draw => 0.5 + draw;
            case "bias" or "running_mean":
                return draw => (2 * draw - 1) * 0.1;
            case "embed":
                return draw => (2 * draw - 1) * 0.02;
            case "zero":
                return _ => 0;
            case var kind:
                throw new NotSupportedException(kind);
        }
    }
}
