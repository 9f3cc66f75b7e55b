namespace StreamTrainer.Pipeline.Transforms;

/// <summary>One direction of a resize: which source pixels an output pixel is made of.</summary>
/// <param name="Source">Pixels of the image.</param>
/// <param name="From">Where the part that is resized begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Target">Pixels that it is resized to.</param>
/// <param name="Filter">The filter; not nearest.</param>
internal readonly record struct ResampleAxis(int Source, float From, float To, int Target, Interpolation Filter)
{
    /// <summary>Whether pixels stay what they are: no pass is needed.</summary>
    public bool IsCopy => From == (int)From && To - From == Target;

    /// <summary>Source pixels an output pixel; the difference is of single precision, as Pillow's.</summary>
    public double Scale => (double)(To - From) / Target;

    /// <summary>How much wider than the source's pixels the filter is.</summary>
    public double Widened => Math.Max(Scale, 1.0);

    /// <summary>How far the filter reaches, in source pixels.</summary>
    public double Support => ResampleFilter.Support(Filter) * Widened;

    /// <summary>The place of an output pixel in the source.</summary>
    public double Center(int position) => From + (position + 0.5) * Scale;

    /// <summary>The first source pixel of an output pixel, and how many.</summary>
    public (int Start, int Taps) Bounds(int position)
    {
        if (IsCopy)
        {
            return ((int)From + position, 1);
        }

        double center = Center(position), support = Support;
        int start = Math.Max(0, (int)(center - support + 0.5));
        return (start, Math.Min(Source, (int)(center + support + 0.5)) - start);
    }

    /// <summary>The source pixels that some output pixels in a row need: the first and how many.</summary>
    public (int Start, int Count) Window(int first, int count)
    {
        (int start, _) = Bounds(first);
        (int last, int taps) = Bounds(first + count - 1);
        return (start, last + taps - start);
    }
}
