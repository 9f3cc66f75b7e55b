namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Bytes <c>[Offset, Offset + Length)</c> of a payload.</summary>
internal readonly record struct PayloadRange(int Offset, int Length);
