using System.Security.Cryptography;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Replay;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Preview;

/// <summary>Replays rows of a training and gathers what is shown of them. One thread's.</summary>
internal sealed class PreviewMaker : IDisposable
{
    /// <summary>Longer side of the originals on the page, in pixels: they are shown smaller than this.</summary>
    private const int LongestOriginal = 320;

    private readonly Recipe _recipe;
    private readonly ISampleSource _source;
    private readonly TrainingReplay _replay;
    private readonly OriginalImage _originals;

    /// <summary>A maker for a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">Its training set; not disposed.</param>
    /// <exception cref="Pipeline.UserErrorException">The recipe cannot be trained on this set.</exception>
    public PreviewMaker(Recipe recipe, ISampleSource source)
    {
        (_recipe, _source) = (recipe, source);
        _replay = new TrainingReplay(recipe, source);
        _originals = new OriginalImage(source, recipe.Data.ExifOrientation, recipe.Data.Decoder);
    }

    /// <summary>What is known of the whole, with the samples of some cards.</summary>
    /// <param name="name">What the user called the recipe.</param>
    /// <param name="page">The page; null where none is written.</param>
    /// <param name="cards">The cards.</param>
    public PreviewReport Report(string name, string? page, IEnumerable<PreviewCard> cards) => new()
    {
        Recipe = name,
        Description = _recipe.Description,
        Page = page,
        Source = _recipe.Data.Train,
        TrainSamples = _source.Count,
        Classes = _source.ClassNames.Count,
        Seed = _recipe.Train.Seed,
        Epochs = _recipe.Train.Epochs,
        BatchSize = _recipe.Train.BatchSize,
        StepsPerEpoch = _replay.Samples.BatchesPerEpoch,
        Size = _recipe.Augment.Size,
        Samples = [.. cards.Select(card => card.Sample)],
    };

    /// <summary>Makes the cards of a selection.</summary>
    /// <param name="selection">Which rows.</param>
    /// <param name="pictures">Whether the originals are wanted too.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="Pipeline.UserErrorException">There are no such rows.</exception>
    public IReadOnlyList<PreviewCard> Make(PreviewSelection selection, bool pictures, CancellationToken stop) =>
        Make(selection.Find(_replay.Samples, _recipe.Train.Epochs, _source.Count, _recipe.Data.Train).Select(place => (place.Epoch, place.Position, (double?)null)), pictures, stop);

    /// <summary>Makes the cards of some rows.</summary>
    /// <param name="places">Epochs and positions, and the losses where they are known.</param>
    /// <param name="pictures">Whether the originals are wanted too.</param>
    /// <param name="stop">Ends it early.</param>
    public IReadOnlyList<PreviewCard> Make(IEnumerable<(long Epoch, long Position, double? Loss)> places, bool pictures, CancellationToken stop)
    {
        var cards = new List<PreviewCard>();
        foreach ((long epoch, long position, double? loss) in places)
        {
            stop.ThrowIfCancellationRequested();
            PreviewCard card = Card(_replay.Replay(epoch, position), pictures);
            cards.Add(card with { Sample = card.Sample with { Loss = loss } });
        }

        return cards;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _replay.Dispose();
        _originals.Dispose();
    }

    private PreviewCard Card(NetworkInput input, bool pictures)
    {
        var size = new ImageSize(_recipe.Augment.Size, _recipe.Augment.Size);
        (PreviewPicture? original, string? fault) = pictures ? Original(input.Sample.Index) : (null, null);
        return new PreviewCard(
            Describe(input), input.Sample.Draws.Shown, original, fault,
            new PreviewPicture(size, input.Sample.Pixels), input.Pixels is { } given ? new PreviewPicture(size, given) : null);
    }

    private (PreviewPicture? Picture, string? Fault) Original(long index)
    {
        try
        {
            (ImageSize size, byte[] pixels) = _originals.Read(index, LongestOriginal);
            return (new PreviewPicture(size, pixels), null);
        }
        // The crop could be decoded, and the rest is damaged.
        catch (Exception error) when (error is BadSampleException or IOException)
        {
            return (null, error.Message);
        }
    }

    private PreviewSample Describe(NetworkInput input)
    {
        ReplayedSample row = input.Sample;
        (CropPlan plan, IReadOnlyList<DrawnOperation> operations) = (row.Draws.Plan, row.Draws.Operations);
        bool whole = plan.Window == new CropBox(0, 0, plan.Target.Width, plan.Target.Height);
        PreviewOther own = Other(row.Place.Index);
        return new PreviewSample
        {
            Sample = own.Sample,
            Name = own.Name,
            ClassName = own.ClassName,
            Label = own.Label,
            Epoch = row.Place.Epoch,
            Position = row.Place.Position,
            Positions = _replay.Samples.PositionsOf(row.Place.Epoch, row.Place.Index),
            Step = row.Place.Epoch * _replay.Samples.BatchesPerEpoch + row.Batch,
            Batch = row.Batch,
            Row = row.Row,
            Bad = row.Bad.Count == 0 ? null : row.Bad,
            StandIn = row.Bad.Count == 0 ? null : Other(row.Index),
            Image = row.Draws.Image,
            Crop = plan.Box,
            ResizedTo = plan.Target,
            Window = whole ? null : plan.Window,
            Shift = plan.Shift is (int right, int down) ? new PreviewShift(right, down) : null,
            Interpolation = plan.Filter,
            Flip = plan.Flip,
            AutoAugment = _recipe.Augment.AutoAugment is null ? null : operations,
            ColorJitter = row.Draws.Jitter ? operations : null,
            Lighting = row.Adjustments.HasLighting ? row.Adjustments.LightingOf(0).ToArray() : null,
            Erased = row.Adjustments.HasErasing ? row.Adjustments.ErasedOf(0).ToArray() : null,
            ErasingMode = row.Adjustments.HasErasing ? row.Adjustments.Mode : null,
            Mix = input.Partner is { } partner ? Mix(input, partner) : null,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(row.Pixels)),
        };
    }

    private PreviewMix Mix(NetworkInput input, ReplayedSample partner)
    {
        Model.Mixing.MixPlan mix = input.Mix;
        CropBox? box = mix.Cutmix ? new CropBox(mix.Left, mix.Top, mix.Right - mix.Left, mix.Bottom - mix.Top) : null;
        return new PreviewMix(mix.Cutmix ? "cutmix" : "mixup", mix.Lambda, box, partner.Row, Other(partner.Index));
    }

    private PreviewOther Other(long index)
    {
        int label = _source.LabelOf(index);
        return new PreviewOther(index, _source.PathOf(index), _source.ClassNames[label], label);
    }
}
