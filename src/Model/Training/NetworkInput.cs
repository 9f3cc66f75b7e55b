using StreamTrainer.Model.Mixing;
using StreamTrainer.Pipeline.Replay;

namespace StreamTrainer.Model.Training;

/// <summary>What the network is given of one sample.</summary>
/// <param name="Sample">The sample as it stands in its batch.</param>
/// <param name="Mix">How it is mixed.</param>
/// <param name="Partner">What it is mixed with; none where nothing is mixed.</param>
/// <param name="Pixels"><c>[height, width, 3]</c>, 8-bit RGB: mixed, lit and erased, with the normalisation taken back; none where
/// nothing of that is done, and the batch's bytes are what the network is given.</param>
public sealed record NetworkInput(ReplayedSample Sample, MixPlan Mix, ReplayedSample? Partner, byte[]? Pixels);
