using System.Globalization;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A payload file, as the index knows it. It holds samples <c>[First, First + Count)</c> in order.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="First">Its first sample.</param>
/// <param name="Count">Its samples.</param>
internal readonly record struct ShardFile(int Number, long Length, int First, int Count)
{
    /// <summary>What it is called.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"shard-{Number:D5}.bin");
}
