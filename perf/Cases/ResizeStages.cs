using System.Runtime.InteropServices;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>Parts of a resize, each done alone for a crop: what the whole is made of.</summary>
internal sealed unsafe class ResizeStages(ImageSize target, Interpolation filter) : IDisposable
{
    private const int Slack = 16;

    private readonly ResampleMemory<byte> _pixels = new();
    private readonly ResampleTable _columns = new(VectorLevel.Current), _rows = new(VectorLevel.Current);
    private readonly ResampleGroups _groups = new();
    private readonly short* _pairs = (short*)NativeMemory.AllocZeroed((nuint)(2 * sizeof(short) * Stride(target)));

    /// <summary>The tables of both passes.</summary>
    public void Tables(ImageSize crop)
    {
        Columns(crop);
        _rows.Build(new ResampleAxis(crop.Height, 0, crop.Height, target.Height, filter), 0, target.Height, mirrored: false, origin: 0);
    }

    /// <summary>The table of the horizontal pass, and that pass of as many rows, always the same four, which lie in the cache.</summary>
    public void Horizontal(ImageSize crop)
    {
        bool grouped = Columns(crop);
        int stride = 3 * crop.Width + Slack;
        byte* source = _pixels.Reserve(4L * stride);
        for (int y = 0; y < crop.Height; y += 4)
        {
            var rows = new ResampleRows
            {
                S0 = source,
                S1 = source + stride,
                S2 = source + 2 * stride,
                S3 = source + 3 * stride,
                T01 = _pairs,
                T23 = _pairs + Stride(target),
                Origin = 0,
                Width = crop.Width,
            };
            Resampler.Across(VectorLevel.Current, rows, _columns, grouped ? _groups : null);
        }
    }

    /// <summary>The table of the horizontal pass alone.</summary>
    public bool Columns(ImageSize crop)
    {
        _columns.Build(new ResampleAxis(crop.Width, 0, crop.Width, target.Width, filter), 0, target.Width, mirrored: false, origin: null);
        return VectorLevel.Current == VectorLevel.Vector512 && _groups.Build(_columns);
    }

    public void Dispose()
    {
        _columns.Dispose();
        _rows.Dispose();
        _groups.Dispose();
        _pixels.Dispose();
        NativeMemory.Free(_pairs);
    }

    private static int Stride(ImageSize target) => 6 * target.Width + 128;
}
