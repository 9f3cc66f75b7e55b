using TorchSharp;

namespace StreamTrainer.Model.State;

/// <summary>A piece of a parameter: what one kernel call works on.</summary>
/// <param name="Parameter">The index of the parameter.</param>
/// <param name="Offset">First element in flat memory, a multiple of <see cref="FlatState.Alignment"/>.</param>
/// <param name="Count">Elements, a multiple of it too: the last block of a parameter takes the zeros behind it along.</param>
internal readonly record struct FlatBlock(int Parameter, long Offset, long Count);

/// <summary>
/// Cuts flat memory in blocks that fit a core's cache and runs kernels over them on as many threads as libtorch has. The cut
/// depends on the parameters alone and sums are taken in the blocks' order, so results are the same for any number of threads.
/// </summary>
internal sealed class FlatBlocks
{
    private const long BlockSize = 8192;

    /// <summary>Below so many elements, waking other cores takes longer than the work.</summary>
    private const long WorthSharing = 1 << 18;

    private readonly FlatBlock[] _blocks;
    private readonly int _parameters;
    private readonly bool _large;

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
        _parameters = segments.Count;
        _large = total >= WorthSharing;
    }

    /// <summary>How many threads work; none: as many as libtorch's own operations take.</summary>
    public int? Threads { get; set; }

    /// <summary>How many blocks there are.</summary>
    public int Count => _blocks.Length;

    /// <summary>Runs a kernel over every block, in any order.</summary>
    /// <param name="kernel">Gets the block and its number.</param>
    public void ForEach(Action<FlatBlock, int> kernel)
    {
        int threads = Threads ?? (_large ? torch.get_num_threads() : 1);
        if (threads > 1)
        {
            Parallel.For(0, _blocks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => kernel(_blocks[i], i));
            return;
        }

        for (int i = 0; i < _blocks.Length; i++)
        {
            kernel(_blocks[i], i);
        }
    }

    /// <summary>The sums of the blocks' numbers by parameter, added in the blocks' order.</summary>
    /// <param name="numbers">One number a block.</param>
    public double[] SumByParameter(double[] numbers)
    {
        var sums = new double[_parameters];
        for (int i = 0; i < _blocks.Length; i++)
        {
            sums[_blocks[i].Parameter] += numbers[i];
        }

        return sums;
    }

    /// <summary>The sum of squares of a flat tensor's elements, in double.</summary>
    /// <param name="flat">The first element.</param>
    public unsafe double SumOfSquares<T>(T* flat)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var squares = new double[_blocks.Length];
        ForEach((block, i) => squares[i] = SquareKernel.Sum(flat + block.Offset, block.Count));
        double sum = 0;
        foreach (double square in squares)
        {
            sum += square;
        }

        return sum;
    }
}
