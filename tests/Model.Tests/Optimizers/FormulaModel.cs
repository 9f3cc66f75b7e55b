using System.Text.Json;
using StreamTrainer.Model.State;
using StreamTrainer.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Optimizers;

/// <summary>The few small parameters of the golden optimizer runs, under any names and shapes that the file gives.</summary>
internal sealed class FormulaModel : nn.Module
{
    private readonly Dictionary<string, Leaf> _leaves = [];

    private FormulaModel(IEnumerable<(string Name, long[] Shape)> shapes, ScalarType type) : base("formula")
    {
        foreach ((string name, long[] shape) in shapes)
        {
            int count = (int)shape.Aggregate(1L, (product, side) => product * side);
            float[] values = name == "zero.weight" ? new float[count]
                : [.. NumberFormula.Symmetric($"param.{name}", count, 0.5).Select(value => (float)(value + (name == "bn.weight" ? 1 : 0)))];
            (Leaf leaf, string own) = At(name);
            leaf.register_parameter(own, nn.Parameter(tensor(values, shape).to(type)));
        }
    }

    public static FormulaModel FromGolden(JsonElement root, ScalarType type) => new(Shapes(root), type);

    public static IEnumerable<(string Name, long[] Shape)> Shapes(JsonElement root) =>
        root.GetProperty("params").EnumerateArray().Select(entry => (entry[0].GetString()!, entry[1].EnumerateArray().Select(side => side.GetInt64()).ToArray()));

    /// <summary>Adds a buffer and gives it back.</summary>
    public Tensor Buffer(string name, Tensor value)
    {
        (Leaf leaf, string own) = At(name);
        leaf.register_buffer(own, value);
        return named_buffers().Single(entry => entry.name == name).buffer;
    }

    /// <summary>Sets the gradient of a golden run's step.</summary>
    public static void SetGradients(FlatState flat, Func<string, int, double[]> values)
    {
        using var guard = no_grad();
        foreach (ParameterSegment segment in flat.Segments)
        {
            float[] gradient = [.. values(segment.Name, (int)segment.Count).Select(value => (float)value)];
            using Tensor source = tensor(gradient, segment.Shape);
            using Tensor target = FlatState.ViewOf(flat.Gradients, segment);
            target.copy_(source);
        }
    }

    /// <summary>A parameter's values in PyTorch's order.</summary>
    public static double[] Values(Tensor flat, ParameterSegment segment)
    {
        using Tensor view = FlatState.ViewOf(flat, segment).to(ScalarType.Float64).contiguous();
        return view.data<double>().ToArray();
    }

    private (Leaf Leaf, string Name) At(string name)
    {
        string[] parts = name.Split('.');
        if (!_leaves.TryGetValue(parts[0], out Leaf? leaf))
        {
            _leaves[parts[0]] = leaf = new Leaf();
            register_module(parts[0], leaf);
        }

        return (leaf, parts[1]);
    }

    private sealed class Leaf() : nn.Module("leaf");
}
