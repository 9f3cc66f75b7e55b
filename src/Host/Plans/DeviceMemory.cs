using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Host.Plans;

/// <summary>
/// Most memory of one of the paper's V100s: what training keeps of each parameter, and the same number of bytes for each activation of
/// each image that is there at once.
/// </summary>
/// <param name="BytesPerActivation">Of convolutions and linear layers; what norms and activation functions keep is in it.</param>
internal sealed record DeviceMemory(double BytesPerActivation)
{
    /// <summary>fp32 of weight, gradient and LAMB's two moments.</summary>
    private const double BytesPerParameter = 16;

    /// <summary>GB of a device.</summary>
    /// <param name="cost">What an image costs.</param>
    /// <param name="images">Images at once.</param>
    public double GbOf(ModelCost cost, int images) => (BytesPerParameter * cost.Parameters + BytesPerActivation * cost.Activations * images) / 1e9;

    /// <summary>The one of least squared relative errors over the cells.</summary>
    public static DeviceMemory Fit(IReadOnlyList<PaperCell> cells)
    {
        double xy = 0, xx = 0;
        foreach (PaperCell cell in cells)
        {
            double peak = cell.PeakGb * 1e9, activations = (double)cell.Cost.Activations * cell.DeviceImages / peak;
            xy += activations * (1 - BytesPerParameter * cell.Cost.Parameters / peak);
            xx += activations * activations;
        }

        return new DeviceMemory(xy / xx);
    }
}
