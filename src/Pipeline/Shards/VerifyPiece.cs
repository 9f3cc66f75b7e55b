namespace StreamTrainer.Pipeline.Shards;

/// <summary>What was looked at of neighbouring samples, and found. It belongs to whoever took it.</summary>
internal sealed class VerifyPiece
{
    /// <summary>What is wrong, in the samples' order.</summary>
    public List<ShardFault> Faults { get; } = [];

    /// <summary>Samples that were read, sound or not.</summary>
    public int Samples { get; set; }

    /// <summary>Bytes that were read of payload files: samples, and what is around them.</summary>
    public long Bytes { get; set; }

    /// <summary>Samples that were compared with the source.</summary>
    public int Compared { get; set; }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Faults.Clear();
        (Samples, Bytes, Compared) = (0, 0, 0);
    }

    /// <summary>Takes the next samples' over.</summary>
    public void Add(VerifyPiece next)
    {
        Faults.AddRange(next.Faults);
        Samples += next.Samples;
        Bytes += next.Bytes;
        Compared += next.Compared;
    }
}
