using System.Text;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Millions of names in one piece of memory: their UTF-8 bytes one after the other, and where each ends. A string
/// for each would take three times as much and keep the collector busy.</summary>
internal sealed class NameTable
{
    private byte[] _bytes;
    private uint[] _ends;

    /// <summary>An empty table to add to.</summary>
    public NameTable() : this([], []) { }

    /// <summary>A table as it was stored.</summary>
    public NameTable(byte[] bytes, uint[] ends)
    {
        _bytes = bytes;
        _ends = ends;
        Count = ends.Length;
    }

    /// <summary>How many names there are.</summary>
    public int Count { get; private set; }

    /// <summary>The names' bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Used);

    /// <summary>Where each name ends in <see cref="Bytes"/>.</summary>
    public ReadOnlySpan<uint> Ends => _ends.AsSpan(0, Count);

    /// <summary>A name.</summary>
    public string this[long index]
    {
        get
        {
            int begin = index == 0 ? 0 : (int)_ends[index - 1];
            return Encoding.UTF8.GetString(_bytes, begin, (int)_ends[index] - begin);
        }
    }

    /// <summary>Adds a name.</summary>
    public void Add(ReadOnlySpan<char> name)
    {
        int used = Used;
        int most = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (used + most > _bytes.Length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, Math.Max(used + (long)most, _bytes.Length * 2L))));
        }

        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(16, Count * 2));
        }

        _ends[Count++] = (uint)(used + Encoding.UTF8.GetBytes(name, _bytes.AsSpan(used)));
    }

    /// <summary>Gives back what was reserved for more names.</summary>
    public void Trim()
    {
        Array.Resize(ref _bytes, Used);
        Array.Resize(ref _ends, Count);
    }

    private int Used => Count == 0 ? 0 : (int)_ends[Count - 1];
}
