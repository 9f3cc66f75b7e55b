using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamTrainer.Model.State;

/// <summary>
/// The parameters of a model as views of one flat tensor, their gradients as views of another (house rule 4), so that
/// optimizers, clipping and averages are one pass over flat memory. Convolution weights are stored channels-last
/// (<c>[out, height, width, in]</c>) and seen as <c>[out, in, height, width]</c>. Every segment starts at a multiple of
/// <see cref="Alignment"/> elements; what lies between two segments stays zero.
/// </summary>
/// <remarks>Made on the training thread, used by it alone. The tensors live as long as this object.</remarks>
public sealed class FlatState : IDisposable
{
    /// <summary>Elements that a segment's start is a multiple of: a 512-bit vector of the narrowest type, so kernels have no tails.</summary>
    public const int Alignment = 16;

    private readonly List<ParameterSegment> _segments = [];
    private readonly List<Tensor> _gradientViews = [];

    /// <summary>Moves the parameters of <paramref name="model"/> (and only those) into flat memory. Values stay.</summary>
    /// <param name="model">The model, already of its final dtype and on its final device.</param>
    public FlatState(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (string Name, Parameter Value)[] parameters = [.. model.named_parameters()];
        long length = 0;
        foreach ((string name, Parameter value) in parameters)
        {
            long count = value.numel();
            _segments.Add(new ParameterSegment(name, [.. value.shape], length, count) { IsTrained = value.requires_grad });
            length += (count + Alignment - 1) / Alignment * Alignment;
        }

        Blocks = new FlatBlocks(_segments);
        using (no_grad())
        using (var scope = NewDisposeScope())
        {
            ScalarType type = parameters.Length == 0 ? ScalarType.Float32 : parameters[0].Value.dtype;
            Device device = parameters.Length == 0 ? CPU : parameters[0].Value.device;
            Values = zeros(length, type, device).DetachFromDisposeScope();
            Gradients = zeros(length, type, device).DetachFromDisposeScope();
            for (int i = 0; i < parameters.Length; i++)
            {
                Parameter parameter = parameters[i].Value;
                Tensor view = ViewOf(Values, _segments[i]);
                view.copy_(parameter);
                parameter.set_(view);
                // Of the same memory, but no view in autograd's sense: each counts for itself how often it was written to.
                Tensor gradient = empty(0, type, device).set_(ViewOf(Gradients, _segments[i])).DetachFromDisposeScope();
                parameter.grad = gradient;
                _gradientViews.Add(gradient);
            }
        }
    }

    /// <summary>All parameters, flat.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, flat; backward adds into it.</summary>
    public Tensor Gradients { get; }

    /// <summary>The parameters in the model's order.</summary>
    public IReadOnlyList<ParameterSegment> Segments => _segments;

    /// <summary>Each parameter's gradient.</summary>
    internal IReadOnlyList<Tensor> GradientViews => _gradientViews;

    /// <summary>Flat memory in pieces, for kernels.</summary>
    internal FlatBlocks Blocks { get; }

    /// <summary>The part of a flat tensor that belongs to a segment, in the parameter's shape.</summary>
    public static Tensor ViewOf(Tensor flat, ParameterSegment segment)
    {
        ArgumentNullException.ThrowIfNull(flat);
        ArgumentNullException.ThrowIfNull(segment);
        long[] shape = segment.Shape;
        Tensor part = flat.narrow(0, segment.Offset, segment.Count);
        return shape.Length == 4
            ? part.view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
            : part.view(shape);
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        using var guard = no_grad();
        Gradients.zero_();
    }

    /// <summary>The 2-norm of a tensor that lies as this one does (values, gradients), in one pass. On the CPU the sum is taken
    /// in double, where squares of fp32 numbers do not overflow: it is finite exactly when every element is.</summary>
    public unsafe double NormOf(Tensor flat)
    {
        if (!FlatMemory.IsReachable(flat))
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            return flat.norm().to(ScalarType.Float64).item<double>();
        }

        return Math.Sqrt(flat.dtype == ScalarType.Float64
            ? Blocks.SumOfSquares(FlatMemory.Pointer<double>(flat))
            : Blocks.SumOfSquares(FlatMemory.Pointer<float>(flat)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradientViews.ForEach(gradient => gradient.Dispose());
        Values.Dispose();
        Gradients.Dispose();
    }
}
