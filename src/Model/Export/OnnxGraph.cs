using System.Globalization;
using StreamTrainer.Model.Weights;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Export;

/// <summary>Collects the nodes and constants of a graph and writes them as an ONNX model (onnx.proto of ONNX 1.12: IR version 8,
/// operator set 17). Constants are fp32 or int64; the first side of what goes in and comes out is free.</summary>
internal sealed class OnnxGraph
{
    private const int IrVersion = 8, OperatorSet = 17, FloatType = 1, Int64Type = 7;

    private readonly List<byte[]> _nodes = [];
    private readonly List<(byte[] Head, Tensor Value)> _constants = [];
    private int _values;

    /// <summary>Adds a node.</summary>
    /// <returns>The name of its output.</returns>
    public string Node(string type, IEnumerable<string> inputs, params (string Name, object Value)[] attributes)
    {
        string output = string.Create(CultureInfo.InvariantCulture, $"v{_values++}");
        var node = new ProtoWriter();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(3, $"{type}_{output}").Text(4, type);
        foreach ((string name, object value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        _nodes.Add(node.ToArray());
        return output;
    }

    /// <summary>Adds a constant; the tensor must live until the graph is written.</summary>
    /// <returns>Its name.</returns>
    public string Constant(Tensor value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"c{_constants.Count}");
        var head = new ProtoWriter();
        foreach (long side in value.shape)
        {
            head.Number(1, side);
        }

        head.Number(2, value.dtype == ScalarType.Int64 ? Int64Type : FloatType).Text(8, name).Length(9, value.numel() * value.ElementSize);
        _constants.Add((head.ToArray(), value));
        return name;
    }

    /// <summary>Adds a shape.</summary>
    public string Shape(params long[] shape) => Constant(tensor(shape));

    /// <summary>Adds a number.</summary>
    public string Number(double value) => Constant(tensor((float)value));

    /// <summary>Writes the model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="input">Name and shape of what goes in, without the batch.</param>
    /// <param name="output">Name and shape of what comes out, without the batch.</param>
    /// <param name="result">The value that comes out.</param>
    /// <param name="facts">Keys and texts for whoever serves the model.</param>
    public void Write(Stream stream, string name, (string Name, int[] Shape) input, (string Name, int[] Shape) output, string result, IEnumerable<KeyValuePair<string, string>> facts)
    {
        _nodes.Add(new ProtoWriter().Text(1, result).Text(2, output.Name).Text(3, "result").Text(4, "Identity").ToArray());
        var start = new ProtoWriter();
        foreach (byte[] node in _nodes)
        {
            start.Bytes(1, node);
        }

        start.Text(2, name);
        byte[] before = start.ToArray(), after = new ProtoWriter().Message(11, Value(input)).Message(12, Value(output)).ToArray();
        long length = before.Length + after.Length;
        var heads = new byte[_constants.Count][];
        for (int i = 0; i < heads.Length; i++)
        {
            (byte[] head, Tensor value) = _constants[i];
            long bytes = value.numel() * value.ElementSize;
            heads[i] = [.. new ProtoWriter().Length(5, head.Length + bytes).ToArray(), .. head];
            length += heads[i].Length + bytes;
        }

        if (length > int.MaxValue)
        {
            throw new Pipeline.UserErrorException($"{name}: the model is larger than an ONNX file can be (2 GiB)");
        }

        stream.Write(new ProtoWriter().Number(1, IrVersion).Text(2, "streamtrainer").Length(7, length).ToArray());
        stream.Write(before);
        for (int i = 0; i < heads.Length; i++)
        {
            stream.Write(heads[i]);
            TensorBytes.Write(stream, _constants[i].Value);
        }

        stream.Write(after);
        var end = new ProtoWriter().Message(8, new ProtoWriter().Text(1, "").Number(2, OperatorSet));
        foreach ((string key, string text) in facts)
        {
            end.Message(14, new ProtoWriter().Text(1, key).Text(2, text));
        }

        stream.Write(end.ToArray());
    }

    private static ProtoWriter Attribute(string name, object value)
    {
        var attribute = new ProtoWriter().Text(1, name);
        switch (value)
        {
            case float number:
                return attribute.Float(2, number).Number(20, 1);
            case long number:
                return attribute.Number(3, number).Number(20, 2);
            case long[] numbers:
                foreach (long number in numbers)
                {
                    attribute.Number(8, number);
                }

                return attribute.Number(20, 7);
            default:
                throw new ArgumentException($"an attribute of {value.GetType()}", nameof(value));
        }
    }

    private static ProtoWriter Value((string Name, int[] Shape) value)
    {
        var shape = new ProtoWriter().Message(1, new ProtoWriter().Text(2, "batch"));
        foreach (int side in value.Shape)
        {
            shape.Message(1, new ProtoWriter().Number(1, side));
        }

        return new ProtoWriter().Text(1, value.Name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, FloatType).Message(2, shape)));
    }
}
