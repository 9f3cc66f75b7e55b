using System.Globalization;
using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Plans;

/// <summary>Hours and memory of a run by Table 3: its own figure where the table has the run; else the network's figure scaled by what
/// differs; else what the other networks' figures predict.</summary>
internal static class PaperEstimate
{
    private static readonly Lazy<DeviceTime> s_time = new(() => DeviceTime.Fit(AllCells));
    private static readonly Lazy<DeviceMemory> s_memory = new(() => DeviceMemory.Fit(AllCells));

    private static PaperCell[] AllCells => [.. PaperTables.Table3.SelectMany(row => row.Cells)];

    /// <summary>Fills the plan in.</summary>
    /// <param name="plan">With its steps and images.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="devices">How many.</param>
    /// <param name="device">Which.</param>
    public static RunPlan Fill(RunPlan plan, Recipe recipe, int devices, KnownDevice device)
    {
        PaperTraining? row = PaperTables.Table3Of(plan.Model);
        int side = plan.TrainSize;
        PaperCell? cell = row?.Cells.OrderBy(each => Math.Abs(each.Cost.Side - side)).ThenBy(each => Math.Abs(Math.Log((double)each.Epochs / plan.Epochs))).First();
        ModelCost cost = cell is not null && cell.Cost.Side == side ? cell.Cost : CostOf(recipe, side);
        bool mixed = recipe.Train.Precision is not (PrecisionMode.Fp32 or PrecisionMode.Tf32);
        double factor = device.TimeOverPaper(mixed);
        RunPlan timed = cell is null
            ? plan with
            {
                Hours = s_time.Value.SecondsOf(cost) * factor * plan.Images / devices / 3600,
                Source = RunPlan.Scaled,
                Basis = "predicted by multiply-adds and activations from the other networks of the paper's table 3",
                Errors = LeftOut.Paper.Hours,
            }
            : ByCell(plan, row!, cell, cost, devices, factor, device == KnownDevice.Paper && mixed && !recipe.Train.CheckpointActivations);
        (double peak, string peakSource) = PeakOf(plan.DeviceImages, cell, cost, mixed);
        return timed with
        {
            ImagesPerSecond = plan.Images / (timed.Hours * 3600),
            PeakGb = peak,
            PeakSource = peakSource,
            DeviceGb = device.MemoryGb,
            Notes = [.. plan.Notes, .. Notes(recipe, device, mixed)],
        };
    }

    private static RunPlan ByCell(RunPlan plan, PaperTraining row, PaperCell cell, ModelCost cost, int devices, double factor, bool asThere)
    {
        double images = (double)plan.Images / cell.Images, ratio = (double)cell.Devices / devices;
        string what = string.Create(CultureInfo.InvariantCulture, $"{cell.Procedure} of the paper's table 3: {cell.Hours} h on {cell.Devices} x {KnownDevice.Paper.Name} for {cell.Epochs} epochs at {cell.Cost.Side} px");
        if (asThere && images == 1 && ratio == 1 && cost.Side == cell.Cost.Side && plan.BatchSize == PaperCell.Batch)
        {
            return plan with { Hours = cell.Hours, Source = RunPlan.Published, Basis = what };
        }

        bool otherSize = cost.Side != cell.Cost.Side;
        double size = otherSize ? SecondsAt(row, cost) / cell.DeviceSeconds : 1;
        return plan with
        {
            Hours = cell.Hours * images * ratio * size * factor,
            Source = RunPlan.Scaled,
            Basis = $"from {what}{(otherSize ? ", and the row's other resolution" : "")}",
            Errors = otherSize ? LeftOut.Paper.Resolution : null,
        };
    }

    /// <summary>By the row's two resolutions: between them by both, the nearer more; outside by the nearer alone.</summary>
    private static double SecondsAt(PaperTraining row, ModelCost cost)
    {
        (PaperCell small, PaperCell large) = (row.Cells[^1], row.Cells[0]);
        double share = Math.Clamp(Math.Log((double)cost.Side / small.Cost.Side) / Math.Log((double)large.Cost.Side / small.Cost.Side), 0, 1);
        return Math.Exp((1 - share) * Math.Log(LeftOut.SecondsBy(s_time.Value, small, cost)) + share * Math.Log(LeftOut.SecondsBy(s_time.Value, large, cost)));
    }

    private static (double Gb, string Source) PeakOf(int images, PaperCell? cell, ModelCost cost, bool mixed)
    {
        // What is kept in fp16 is kept in fp32.
        int kept = mixed ? images : 2 * images;
        return cell switch
        {
            null => (s_memory.Value.GbOf(cost, kept), RunPlan.Scaled),
            _ when cost.Side == cell.Cost.Side && kept == cell.DeviceImages => (cell.PeakGb, RunPlan.Published),
            _ => (cell.PeakGb * s_memory.Value.GbOf(cost, kept) / s_memory.Value.GbOf(cell.Cost, cell.DeviceImages), RunPlan.Scaled),
        };
    }

    private static IEnumerable<string> Notes(Recipe recipe, KnownDevice device, bool mixed)
    {
        if (device != KnownDevice.Paper || !mixed)
        {
            string precision = mixed ? "mixed precision" : device.Name.StartsWith('A') ? "tf32" : "fp32";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{device.Name} in {precision}: time by NVIDIA's ResNet-50 (DeepLearningExamples), {(mixed ? device.MixedImagesPerSecond : device.FullImagesPerSecond)} images/s where a {KnownDevice.Paper.Name} in mixed precision has {KnownDevice.Paper.MixedImagesPerSecond}");
        }

        if (recipe.Train.CheckpointActivations)
        {
            yield return "train.checkpointActivations: takes about a third more time and less memory than said here";
        }
    }

    private static ModelCost CostOf(Recipe recipe, int side)
    {
        using ImageClassifier model = ModelRegistry.CreateUnfilled(recipe.Model with { InputSize = recipe.Model.InputSize ?? side }, recipe.Model.NumClasses ?? 1000);
        return model.CostAt(side);
    }
}
