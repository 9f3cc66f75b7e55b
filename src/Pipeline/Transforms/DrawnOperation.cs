using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>An operation that was drawn for an image, in words and numbers.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Magnitude">timm's magnitude that was drawn, 0 to 10 or more; none where there is nothing to set, or where the argument
/// itself was drawn.</param>
/// <param name="Argument">What it came to, with its sign; none where there is nothing to set.</param>
/// <param name="Measure">What that counts.</param>
/// <param name="Interpolation">The filter, where it moves pixels.</param>
public sealed record DrawnOperation(string Name, double? Magnitude, double? Argument, OperationMeasure? Measure, Interpolation? Interpolation)
{
    /// <summary>A call in words and numbers.</summary>
    internal static DrawnOperation Of(OperationCall call) => new(
        call.Operation.Name, call.Level, call.Operation.Magnitude is null ? null : call.Argument, call.Operation.Magnitude?.Measure,
        call.Operation.IsGeometric ? call.Filter : null);
}
