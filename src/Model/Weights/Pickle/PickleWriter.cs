using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights.Pickle;

/// <summary>Writes the pickle of a state dict (protocol 2), as <c>torch.save</c> does: an OrderedDict of tensors.</summary>
internal sealed class PickleWriter(Stream stream)
{
    private readonly byte[] _number = new byte[8];

    /// <summary>Writes a state dict whose tensors each lie in memory of their own, whole and in order.</summary>
    /// <param name="tensors">Name, type and shape; the key of the memory is the place in the list.</param>
    public void Write(IReadOnlyList<(string Name, ScalarType Type, long[] Shape)> tensors)
    {
        stream.Write([0x80, 2]);
        OrderedDict();
        stream.WriteByte((byte)'(');
        for (int i = 0; i < tensors.Count; i++)
        {
            Text(tensors[i].Name);
            Tensor(i, tensors[i].Type, tensors[i].Shape);
        }

        stream.Write("u."u8);
    }

    private void Tensor(int key, ScalarType type, long[] shape)
    {
        long count = shape.Aggregate(1L, (product, side) => product * side);
        Global("torch._utils", "_rebuild_tensor_v2");
        stream.Write("(("u8);
        Text("storage");
        Global("torch", TensorTypes.StorageName(type));
        Text(key.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("cpu");
        Number(count);
        stream.Write("tQ"u8);
        Number(0);
        Numbers(shape);
        var strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        Numbers(strides);
        // No gradient, no hooks.
        stream.WriteByte(0x89);
        OrderedDict();
        stream.Write("tR"u8);
    }

    private void OrderedDict()
    {
        Global("collections", "OrderedDict");
        stream.Write(")R"u8);
    }

    private void Numbers(long[] values)
    {
        stream.WriteByte((byte)'(');
        foreach (long value in values)
        {
            Number(value);
        }

        stream.WriteByte((byte)'t');
    }

    private void Number(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            stream.WriteByte((byte)'J');
            BinaryPrimitives.WriteInt32LittleEndian(_number, (int)value);
            stream.Write(_number, 0, 4);
        }
        else
        {
            stream.Write([0x8a, 8]);
            BinaryPrimitives.WriteInt64LittleEndian(_number, value);
            stream.Write(_number, 0, 8);
        }
    }

    private void Global(string module, string name) => stream.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        stream.WriteByte((byte)'X');
        BinaryPrimitives.WriteInt32LittleEndian(_number, bytes.Length);
        stream.Write(_number, 0, 4);
        stream.Write(bytes);
    }
}
