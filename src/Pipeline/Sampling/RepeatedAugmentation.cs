namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// Which samples an epoch of repeated augmentation (Hoffer et al., "Augment your batch", 2020) shows, and where: timm's
/// <c>RepeatAugSampler</c> (0.9.12) as a function of the position. The epoch's permutation is written out with every sample
/// <c>repeats</c> times in a row, dealt to <c>replicas</c> like cards (replica r has the positions r, r + replicas, ...), and
/// each keeps only the first so many, so that an epoch is about as long as without. Immutable: any thread.
/// </summary>
public readonly record struct RepeatedAugmentation
{
    /// <summary>timm's <c>selected_round</c>: an epoch's length is rounded down to a multiple of it.</summary>
    public const int SelectedRound = 256;

    private readonly long _count;
    private readonly int _repeats;

    /// <summary>The rule for a set of so many samples.</summary>
    /// <param name="count">Samples of the set.</param>
    /// <param name="repeats">How often each stands in a row; from 1.</param>
    /// <param name="replicas">To how many it is dealt; from 1.</param>
    /// <param name="selectedRound">What the length is rounded to; 0: every replica has <c>ceil(count / replicas)</c>.</param>
    public RepeatedAugmentation(long count, int repeats, int replicas, int selectedRound = SelectedRound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(selectedRound);
        (_count, _repeats) = (count, repeats);
        LengthOfReplica = selectedRound == 0 ? (count + replicas - 1) / replicas : count / selectedRound * selectedRound / replicas;
        Length = LengthOfReplica * replicas;
    }

    /// <summary>How many items a replica has in an epoch.</summary>
    public long LengthOfReplica { get; }

    /// <summary>How many items all replicas have together.</summary>
    public long Length { get; }

    /// <summary>The place in the epoch's permutation of what stands at a position over all replicas. Past the end of the
    /// repeated list it begins anew: timm's padding to a multiple of the replicas.</summary>
    public long PlaceOf(long position)
    {
        long place = position / _repeats;
        return place < _count ? place : place - _count;
    }

    /// <summary>The positions that show a place of the permutation, rising: those of <see cref="PlaceOf"/>, and so some of them may
    /// be <see cref="Length"/> or more, which an epoch does not come to.</summary>
    public IReadOnlyList<long> PositionsOf(long place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, _count);
        var positions = new long[2 * _repeats];
        for (int i = 0; i < _repeats; i++)
        {
            positions[i] = place * _repeats + i;
            positions[_repeats + i] = (place + _count) * _repeats + i;
        }

        return positions;
    }
}
