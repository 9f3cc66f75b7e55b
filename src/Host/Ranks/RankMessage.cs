using System.Text;

namespace StreamTrainer.Host.Ranks;

/// <summary>What ranks tell each other beside their training: a byte, two numbers, a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">The rank, the exchanges, or the exit code.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Text">The token, the host's name, or the error.</param>
internal readonly record struct RankMessage(RankMessageKind Kind, long Number, long Steps = 0, string Text = "")
{
    /// <summary>An error is a few sentences.</summary>
    private const int LongestText = 1 << 16;

    /// <summary>Sends it whole.</summary>
    public void WriteTo(Stream stream)
    {
        byte[] text = Encoding.UTF8.GetBytes(Text.Length > LongestText / 4 ? Text[..(LongestText / 4)] : Text);
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((byte)Kind);
            writer.Write(Number);
            writer.Write(Steps);
            writer.Write(text.Length);
            writer.Write(text);
        }

        stream.Write(memory.GetBuffer(), 0, (int)memory.Length);
        stream.Flush();
    }

    /// <summary>Waits for the next one.</summary>
    /// <exception cref="IOException">There is none: the other side is gone, or is not one of us.</exception>
    public static RankMessage ReadFrom(Stream stream)
    {
        var head = new byte[21];
        stream.ReadExactly(head);
        using var reader = new BinaryReader(new MemoryStream(head));
        var kind = (RankMessageKind)reader.ReadByte();
        long number = reader.ReadInt64(), steps = reader.ReadInt64();
        int length = reader.ReadInt32();
        if (kind > RankMessageKind.End || length is < 0 or > LongestText)
        {
            throw new IOException("this is no rank");
        }

        var text = new byte[length];
        stream.ReadExactly(text);
        return new RankMessage(kind, number, steps, Encoding.UTF8.GetString(text));
    }
}

/// <summary>Kinds of <see cref="RankMessage"/>.</summary>
internal enum RankMessageKind : byte
{
    /// <summary>A rank to rank 0: its number, and a text that only ranks of the run know, with its host's name behind it.</summary>
    Hello,

    /// <summary>It lives: how often it has exchanged.</summary>
    Beat,

    /// <summary>It ends by an error: the exit code, and what is to be told.</summary>
    Failed,

    /// <summary>It has done all that it had to do.</summary>
    Left,

    /// <summary>The run ends, and why has been told: rank 0 to the others, or another rank to rank 0, which it takes for lost.</summary>
    End,
}
