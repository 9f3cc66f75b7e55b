namespace StreamTrainer.Pipeline.Shards;

/// <summary>Where the files of a pack lie: a folder, or a server that gives ranges. Any thread.</summary>
internal interface IShardStore
{
    /// <summary>Its name, for messages.</summary>
    string Name { get; }

    /// <summary>The index's bytes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    byte[] ReadIndex();

    /// <summary>Opens a payload file.</summary>
    /// <exception cref="UserErrorException">It is missing, or not of the size that the index says.</exception>
    IShardBytes Open(in ShardFile file);
}
