using StreamTrainer.Model.Architectures.Operations;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Efficient channel attention (Wang et al., arXiv 1910.03151): a gate a channel, from the means of its neighbours.</summary>
internal sealed class EfficientChannelAttention : Block
{
    [ComponentName(Name = "conv")] private readonly Kernel _kernel;

    /// <summary>A gate for an image.</summary>
    /// <param name="channels">The image's channels; they decide how many neighbours count: (log2(channels) + 1) / 2, made odd, at least 3.</param>
    public EfficientChannelAttention(int channels) : base(nameof(EfficientChannelAttention))
    {
        int half = (int)(Math.Abs(Math.Log2(channels) + 1) / 2);
        _kernel = new Kernel(Math.Max(half % 2 == 1 ? half : half + 1, 3));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override T Apply<T>(IOperations<T> operations, T input) =>
        operations.Gate(input, operations.MixNeighbours(_kernel.Weight, operations.MeanOfPixels(input)));

    /// <summary>The weights of a 1-d convolution of one channel.</summary>
    private sealed class Kernel : nn.Module, IFreshlyFilled
    {
        [ComponentName(Name = "weight")] private readonly Parameter _weight;

        public Kernel(int size) : base(nameof(Kernel))
        {
            _weight = nn.Parameter(zeros(1, 1, size));
            RegisterComponents();
        }

        public Parameter Weight => _weight;

        public IEnumerable<(string Name, Fill Fill)> Fills => [("weight", Convolution.FanIn((int)_weight.shape[2]))];
    }
}
