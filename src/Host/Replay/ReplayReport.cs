using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Replay;

/// <summary>What a replayed step came to: what <c>replay --json</c> prints.</summary>
internal sealed record ReplayReport
{
    /// <summary>The run's directory, as the user named it.</summary>
    public required string Run { get; init; }

    /// <summary>The step, from 1.</summary>
    public required long Step { get; init; }

    /// <summary>Its epoch, from 0.</summary>
    public required long Epoch { get; init; }

    /// <summary>Its first position in the epoch.</summary>
    public required long Position { get; init; }

    /// <summary>The step whose checkpoint it was replayed from; 0: from the start.</summary>
    public required long From { get; init; }

    /// <summary>The loss.</summary>
    public required double Loss { get; init; }

    /// <summary>The loss that the run recorded for this step; none where it recorded none.</summary>
    public double? RecordedLoss { get; init; }

    /// <summary>Whether both are the same, to the bit; none where nothing was recorded.</summary>
    public bool? Equal { get; init; }

    /// <summary>Steps on the way whose losses were recorded.</summary>
    public required int RecordedOnTheWay { get; init; }

    /// <summary>How many of them are the same, to the bit.</summary>
    public required int EqualOnTheWay { get; init; }

    /// <summary>The 2-norm of the gradient, before clipping.</summary>
    public required double? GradientNorm { get; init; }

    /// <summary>The learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>What the run found wrong with the step; none where it found nothing.</summary>
    public string? Alarm { get; init; }

    /// <summary>The page; none where none was written.</summary>
    public string? Page { get; init; }

    /// <summary>The rows of the batch, the largest loss first.</summary>
    public required IReadOnlyList<ReplayRow> Rows { get; init; }
}

/// <summary>A row of the step's batch.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Position">Its position in the epoch.</param>
/// <param name="Sample">The sample's index in the training set; where it cannot be used, that of the one in its place.</param>
/// <param name="Name">Its name.</param>
/// <param name="Label">Its class's number.</param>
/// <param name="ClassName">Its class's name.</param>
/// <param name="Loss">The loss of this row by itself; of the mixed image, where it is mixed.</param>
internal sealed record ReplayRow(int Row, long Position, long Sample, string Name, int Label, string ClassName, double Loss);

/// <summary>JSON of a replay, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReplayReport))]
internal sealed partial class ReplayJson : JsonSerializerContext;
