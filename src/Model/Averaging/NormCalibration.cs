using StreamTrainer.Model.Architectures.Layers;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Averaging;

/// <summary>
/// Measures the running statistics of a network's batch norms anew: each becomes the plain mean of the statistics of all batches that
/// it is shown, as PyTorch's <c>update_bn</c>; those of frozen norms stay. All other layers do what they do in an evaluation. Training thread only.
/// </summary>
public sealed class NormCalibration : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly BatchNorm[] _norms;
    private readonly bool _training;
    private long _batches;

    /// <summary>Begins: what the norms have is forgotten, the model is set to measure.</summary>
    /// <param name="model">The network.</param>
    public NormCalibration(nn.Module<Tensor, Tensor> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _training = model.training;
        _norms = NormsOf(model);
        model.eval();
        foreach (BatchNorm norm in _norms)
        {
            norm.train();
            norm.ForgetStatistics();
        }
    }

    /// <summary>Whether a network has anything to measure.</summary>
    public static bool Has(nn.Module model) => NormsOf(model).Length > 0;

    /// <summary>Takes a batch into the statistics.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>, normalised; all batches of the same number.</param>
    public void Add(Tensor images)
    {
        _batches++;
        foreach (BatchNorm norm in _norms)
        {
            norm.BatchWeight = 1.0 / _batches;
        }

        using var guard = no_grad();
        _model.forward(images).Dispose();
    }

    /// <summary>Ends: norms follow batches as before, and the model trains or evaluates as before.</summary>
    public void Dispose()
    {
        foreach (BatchNorm norm in _norms)
        {
            norm.BatchWeight = null;
        }

        _model.train(_training);
    }

    private static BatchNorm[] NormsOf(nn.Module model) => [.. model.modules().OfType<BatchNorm>().Where(norm => !norm.Frozen)];
}
