using StreamTrainer.Model.Architectures.Operations;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Two or three convolutions, perhaps a gate, and a way around them (He et al., arXiv 1512.03385).</summary>
internal sealed class ResidualBlock : Block
{
    private readonly ConvNorm[] _layers;
    private readonly (string Name, Block Layer)? _gate;
    private readonly ConvNorm? _shortcut;
    private readonly bool _halves;
    [ComponentName(Name = "drop_path")] private readonly DropPath? _drop;

    /// <summary>A block. Layers are called <c>conv1</c>, <c>bn1</c> and so on, those of the way around <c>downsample.0</c>, <c>downsample.1</c>.</summary>
    /// <param name="layers">The convolutions.</param>
    /// <param name="shortcut">What changes the size on the way around; none: nothing.</param>
    /// <param name="halves">Whether the way around takes means of 2x2 pixels first; its layers are then <c>downsample.1</c> and <c>.2</c>.</param>
    /// <param name="averages">Whether <c>downsample.0</c> stands for such means, also where they have nothing to do.</param>
    /// <param name="gate">The gate and its name.</param>
    /// <param name="dropPath">How likely the block is left out.</param>
    public ResidualBlock(ConvNorm[] layers, ConvNorm? shortcut, bool halves, bool averages, (string Name, Block Layer)? gate, double dropPath) : base(nameof(ResidualBlock))
    {
        _layers = layers;
        _gate = gate;
        _shortcut = shortcut;
        _halves = halves;
        for (int i = 0; i < layers.Length; i++)
        {
            register_module($"conv{i + 1}", layers[i].Convolution);
            register_module($"bn{i + 1}", layers[i].Norm);
        }

        if (gate is { } named)
        {
            register_module(named.Name, named.Layer);
        }

        if (shortcut is not null)
        {
            int first = averages ? 1 : 0;
            register_module("downsample", Sequential(($"{first}", shortcut.Convolution), ($"{first + 1}", shortcut.Norm)));
        }

        _drop = dropPath > 0 ? new DropPath(dropPath) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override T Apply<T>(IOperations<T> operations, T input)
    {
        T x = input;
        for (int i = 0; i < _layers.Length; i++)
        {
            x = operations.ConvolveAndNormalise(_layers[i], x);
            x = i < _layers.Length - 1 ? operations.Activate(Activation.Relu, x) : x;
        }

        x = _gate is { } gate ? gate.Layer.Apply(operations, x) : x;
        x = operations.Drop(_drop, x);
        T around = _halves ? operations.HalveByMean(input) : input;
        around = _shortcut is null ? around : operations.ConvolveAndNormalise(_shortcut, around);
        return operations.Activate(Activation.Relu, operations.Add(x, around));
    }
}
