using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// What is drawn for a batch's samples but done to their normalised numbers, on the device: lighting and erased rectangles. A pure
/// function of each sample's place. Its memory is the slot's and is used again.
/// </summary>
public sealed class SampleAdjustments
{
    private AugmentOptions? _options;
    private ImageSize _size;
    private float[] _lighting = [];
    private CropBox[] _erased = [];
    private int[] _erasedCounts = [];
    private ulong[] _fillKeys = [];

    /// <summary>Whether anything is added to channels (<see cref="LightingOf"/>).</summary>
    public bool HasLighting => _options is { Lighting: > 0 };

    /// <summary>Whether anything is erased (<see cref="ErasedOf"/>).</summary>
    public bool HasErasing => _options is { ErasingProb: > 0 };

    /// <summary>What erased rectangles are filled with.</summary>
    public ErasingMode Mode => _options?.ErasingMode ?? default;

    /// <summary>What is added to a sample's red, green and blue, for pixels in 0..1, before normalisation.</summary>
    public ReadOnlySpan<float> LightingOf(int row) => HasLighting ? _lighting.AsSpan(3 * row, 3) : throw new InvalidOperationException("there is no lighting");

    /// <summary>The rectangles of a sample that are filled, in this order.</summary>
    public ReadOnlySpan<CropBox> ErasedOf(int row) => HasErasing ? _erased.AsSpan(row * _options!.ErasingCount, _erasedCounts[row]) : [];

    /// <summary>The key of the numbers that a sample's rectangles are filled with.</summary>
    public ulong FillKeyOf(int row) => _fillKeys[row];

    /// <summary>Begins a batch; before any sample of it is made.</summary>
    internal void Begin(AugmentOptions? options, ImageSize size, int capacity)
    {
        _options = options;
        _size = size;
        if (HasLighting && _lighting.Length < 3 * capacity)
        {
            _lighting = new float[3 * capacity];
        }

        if (HasErasing && _erased.Length < capacity * options!.ErasingCount)
        {
            _erased = new CropBox[capacity * options.ErasingCount];
            _erasedCounts = new int[capacity];
            _fillKeys = new ulong[capacity];
        }
    }

    /// <summary>Draws a sample's. Any worker, each its own rows.</summary>
    internal void Draw(int row, in SamplePlace place)
    {
        if (HasLighting)
        {
            SampleRandom draws = place.Random(RandomStream.Lighting);
            (double red, double green, double blue) = PcaLighting.Draw(ref draws, _options!.Lighting);
            (_lighting[3 * row], _lighting[3 * row + 1], _lighting[3 * row + 2]) = ((float)red, (float)green, (float)blue);
        }

        if (HasErasing)
        {
            SampleRandom draws = place.Random(RandomStream.Erase);
            _erasedCounts[row] = RandomErasing.Draw(ref draws, _size, _options!, _erased.AsSpan(row * _options!.ErasingCount, _options.ErasingCount));
            _fillKeys[row] = place.Random(RandomStream.EraseFill).NextUInt64();
        }
    }
}
