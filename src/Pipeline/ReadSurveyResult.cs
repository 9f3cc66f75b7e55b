using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline;

/// <summary>What an order asks of a disk or a server.</summary>
/// <param name="Shuffle">The order.</param>
/// <param name="Images">Images that were read.</param>
/// <param name="Reads">What was asked for them.</param>
/// <param name="Remote">Whether from a server, where nothing seeks.</param>
/// <param name="Cut">Whether time ended before the images did.</param>
public sealed record ReadSurveyResult(string Shuffle, long Images, ReadCounts Reads, bool Remote, bool Cut);
