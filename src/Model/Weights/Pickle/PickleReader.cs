using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace StreamTrainer.Model.Weights.Pickle;

/// <summary>
/// Reads a pickle (Python's <c>pickletools</c> describes the format) as far as a state dict needs it: numbers, texts, tuples,
/// lists, dictionaries, and the calls that <see cref="PickleGlobals"/> allows. Every other opcode and every other name is
/// refused, so that a file of weights never runs code. Work and memory are bounded by the bytes that are read.
/// </summary>
/// <remarks>What comes out: null, bool, long, BigInteger, double, string, byte[], object?[] (tuple), List (list), Dictionary with keys of
/// string and long, and the types of PickleTypes.cs.</remarks>
internal sealed class PickleReader(Stream stream)
{
    private static readonly object s_mark = new();

    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];

    /// <summary>Reads one pickle, to its end and no further.</summary>
    /// <exception cref="PickleException">It is damaged or refused.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            byte opcode = Byte();
            if (opcode == (byte)'.')
            {
                return Pop();
            }

            Step(opcode);
        }
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                int protocol = Byte();
                _ = protocol <= 5 ? 0 : throw new PickleException($"it is of protocol {protocol}; 2 to 5 are known");
                break;
            case 0x95:
                // The length of what follows: it is read anyway.
                Bytes(8);
                break;
            case (byte)'(': Push(s_mark); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 0x8a: PushLong(Byte()); break;
            case 0x8b: PushLong(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case (byte)'X': Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case 0x8c: Push(Text(Byte())); break;
            case 0x8d: Push(Text(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)))); break;
            // Python 2's texts.
            case (byte)'T': Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case (byte)'U': Push(Text(Byte())); break;
            case (byte)'B': Push(Bytes(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case (byte)'C': Push(Bytes(Byte())); break;
            case 0x8e: Push(Bytes(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)))); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(PopMany(1)); break;
            case 0x86: Push(PopMany(2)); break;
            case 0x87: Push(PopMany(3)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'l': Push(new List<object?>(PopToMark())); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': Push(new Dictionary<object, object?>()); break;
            case (byte)'d': Push(Items([], PopToMark())); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'q': _memo[Byte()] = Peek(); break;
            case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))] = Peek(); break;
            case 0x94: _memo[_memo.Count] = Peek(); break;
            case (byte)'h': Push(Remembered(Byte())); break;
            case (byte)'j': Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case (byte)'c': Push(PickleGlobals.Find(Line(), Line())); break;
            case 0x93: Push(PopMany(2) is [string module, string name] ? PickleGlobals.Find(module, name) : throw Damaged("a name is no text")); break;
            case (byte)'R': Reduce(); break;
            case (byte)'b': Build(); break;
            case (byte)'Q': Push(PickleGlobals.Storage(Pop())); break;
            case 0x81: New(); break;
            case (byte)'i':
                PickledGlobal type = PickleGlobals.Find(Line(), Line());
                throw new PickleException($"it makes a {type.Module}.{type.Name} by an opcode of old times, which no state dict needs; refused");
            case (byte)'o' or 0x92 or 0x82 or 0x83 or 0x84:
                throw new PickleException($"it tries to make an object by the opcode {Name(opcode)}, which no state dict needs and which could run any code; refused");
            default:
                throw new PickleException($"it has the opcode {Name(opcode)}, which no state dict needs; refused");
        }
    }

    private void Reduce()
    {
        object?[] both = PopMany(2);
        Push(both is [PickledGlobal function, object?[] arguments] ? PickleGlobals.Call(function, arguments) : throw Damaged("what is called is no function"));
    }

    private void New()
    {
        object?[] both = PopMany(2);
        Push(both is [PickledGlobal type, object?[]] ? PickleGlobals.New(type) : throw Damaged("what is made is of no class"));
    }

    /// <summary>Sets an object's attributes. Nobody asks for any: an OrderedDict has its versions there.</summary>
    private void Build()
    {
        Pop();
        if (Peek() is not (Dictionary<object, object?> or PickledOpaque))
        {
            throw Damaged("it sets attributes of something that has none");
        }
    }

    private void Append(object?[] values)
    {
        if (Peek() is not List<object?> list)
        {
            throw Damaged("it appends to something that is no list");
        }

        list.AddRange(values);
    }

    private void SetItems(object?[] values)
    {
        if (Peek() is not Dictionary<object, object?> dictionary)
        {
            throw Damaged("it sets items of something that is no dictionary");
        }

        Items(dictionary, values);
    }

    private static Dictionary<object, object?> Items(Dictionary<object, object?> dictionary, object?[] values)
    {
        if (values.Length % 2 != 0)
        {
            throw Damaged("a dictionary's item has no value");
        }

        for (int i = 0; i < values.Length; i += 2)
        {
            dictionary[values[i] is string or long ? values[i]! : throw Damaged("a dictionary's key is neither text nor number")] = values[i + 1];
        }

        return dictionary;
    }

    private object? Remembered(long at) => _memo.TryGetValue(at, out object? value) ? value : throw Damaged("it refers to something that was not there before");

    private void PushLong(int length)
    {
        const int Longest = 256;
        if (length is < 0 or > Longest)
        {
            throw Damaged("it has a number of thousands of digits");
        }

        var value = new BigInteger(Bytes((ulong)length));
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            Push((long)value);
        }
        else
        {
            Push(value);
        }
    }

    private string Text(ulong length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        const int Longest = 1024;
        var line = new StringBuilder();
        for (byte letter = Byte(); letter != (byte)'\n'; letter = Byte())
        {
            line.Append(line.Length < Longest ? (char)letter : throw Damaged("it has a name without an end"));
        }

        return line.ToString();
    }

    private byte Byte() => stream.ReadByte() is >= 0 and var value ? (byte)value : throw Truncated();

    private byte[] Bytes(ulong count)
    {
        // Memory grows with what is there, not with what is promised.
        const ulong Piece = 1 << 16;
        var result = new byte[Math.Min(count, Piece)];
        for (ulong done = 0; ;)
        {
            if (stream.ReadAtLeast(result.AsSpan((int)done), result.Length - (int)done, throwOnEndOfStream: false) < result.Length - (int)done)
            {
                throw Truncated();
            }

            done = (ulong)result.Length;
            if (done == count)
            {
                return result;
            }

            Array.Resize(ref result, (int)Math.Min(Math.Min(count, done * 2), (ulong)Array.MaxLength) is var next && next > result.Length ? next : throw Truncated());
        }
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > 0 && !ReferenceEquals(_stack[^1], s_mark) ? _stack[^1] : throw Damaged("it takes more than there is");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            values[i] = Pop();
        }

        return values;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.FindLastIndex(value => ReferenceEquals(value, s_mark));
        if (mark < 0)
        {
            throw Damaged("it takes more than there is");
        }

        object?[] values = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private static string Name(byte opcode) => opcode is > 32 and < 127 ? $"'{(char)opcode}'" : string.Create(CultureInfo.InvariantCulture, $"0x{opcode:x2}");

    private static PickleException Damaged(string what) => new($"its pickle is damaged: {what}");

    private static PickleException Truncated() => new("truncated: its pickle has no end");
}
