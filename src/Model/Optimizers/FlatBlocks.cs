using StreamTrainer.Model.State;

namespace StreamTrainer.Model.Optimizers;

/// <summary>A piece of a parameter: what one kernel call works on.</summary>
/// <param name="Rule">The index of the parameter.</param>
/// <param name="Offset">First element in flat memory, a multiple of <see cref="FlatState.Alignment"/>.</param>
/// <param name="Count">Elements, a multiple of it too: the zeros behind a parameter stay zero whatever is done to them.</param>
internal readonly record struct FlatBlock(int Rule, long Offset, long Count);

/// <summary>
/// Cuts flat memory in blocks that fit a core's cache and runs kernels over them on all cores. The cut depends on the
/// parameters alone and sums are taken in the blocks' order, so results are the same for any number of threads.
/// </summary>
internal sealed class FlatBlocks
{
    private const long BlockSize = 8192;

    /// <summary>Below so many elements, waking other cores takes longer than the work.</summary>
    private const long WorthSharing = 1 << 18;

    private readonly FlatBlock[] _blocks;
    private readonly double[] _sums;
    private readonly bool _shared;

    public FlatBlocks(IReadOnlyList<ParameterSegment> segments)
    {
        var blocks = new List<FlatBlock>();
        long total = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            long padded = (segments[i].Count + FlatState.Alignment - 1) / FlatState.Alignment * FlatState.Alignment;
            total += padded;
            for (long done = 0; done < padded; done += BlockSize)
            {
                blocks.Add(new FlatBlock(i, segments[i].Offset + done, Math.Min(BlockSize, padded - done)));
            }
        }

        _blocks = [.. blocks];
        _sums = new double[_blocks.Length];
        _shared = total >= WorthSharing && Environment.ProcessorCount > 1;
    }

    /// <summary>Runs a kernel over every block.</summary>
    public void ForEach(Action<FlatBlock> kernel)
    {
        if (_shared)
        {
            Parallel.For(0, _blocks.Length, i => kernel(_blocks[i]));
            return;
        }

        foreach (FlatBlock block in _blocks)
        {
            kernel(block);
        }
    }

    /// <summary>Runs a kernel that gives a number over every block.</summary>
    /// <param name="kernel">Gives the block's number.</param>
    /// <param name="sums">Gets the sum of each parameter's blocks added, in order.</param>
    public void Sum(Func<FlatBlock, double> kernel, double[] sums)
    {
        if (_shared)
        {
            Parallel.For(0, _blocks.Length, i => _sums[i] = kernel(_blocks[i]));
        }
        else
        {
            for (int i = 0; i < _blocks.Length; i++)
            {
                _sums[i] = kernel(_blocks[i]);
            }
        }

        for (int i = 0; i < _blocks.Length; i++)
        {
            sums[_blocks[i].Rule] += _sums[i];
        }
    }
}
