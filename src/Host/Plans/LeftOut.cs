using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Host.Plans;

/// <summary>A cell of Table 3 and what is predicted without it.</summary>
/// <param name="Model">timm's name.</param>
/// <param name="Procedure">A1, A2 or A3.</param>
/// <param name="Devices">V100s.</param>
/// <param name="TrainSize">Side of the training images.</param>
/// <param name="Hours">The paper's.</param>
/// <param name="Predicted">Hours by the other rows.</param>
/// <param name="PeakGb">The paper's.</param>
/// <param name="PredictedGb">By the other rows.</param>
internal sealed record LeftOutCell(string Model, string Procedure, int Devices, int TrainSize, double Hours, double Predicted, double PeakGb, double PredictedGb)
{
    /// <summary>Predicted over published, less one.</summary>
    public double Error => Predicted / Hours - 1;

    /// <summary>The same of the memory.</summary>
    public double PeakError => PredictedGb / PeakGb - 1;
}

/// <summary>How far predictions are off.</summary>
/// <param name="Median">Of the errors' sizes.</param>
/// <param name="Worst">The largest error, with its sign.</param>
/// <param name="WorstModel">Whose it is.</param>
/// <param name="WorstProcedure">With which procedure.</param>
internal sealed record PredictionErrors(double Median, double Worst, string WorstModel, string WorstProcedure)
{
    /// <summary>Of errors with the cells they are of.</summary>
    public static PredictionErrors Of(IEnumerable<(string Model, string Procedure, double Error)> errors)
    {
        (string Model, string Procedure, double Error)[] sorted = [.. errors.OrderBy(each => Math.Abs(each.Error))];
        int half = sorted.Length / 2;
        double upper = Math.Abs(sorted[half].Error), median = sorted.Length % 2 == 1 ? upper : (Math.Abs(sorted[half - 1].Error) + upper) / 2;
        return new PredictionErrors(median, sorted[^1].Error, sorted[^1].Model, sorted[^1].Procedure);
    }
}

/// <summary>
/// What a scaled figure is worth, found out on the paper's own: every cell of Table 3 predicted from the rows of all other networks. Its
/// own row is left out as a whole, because a row's cells tell each other: A1's hours are twice A2's in every row.
/// </summary>
/// <param name="Cells">Every cell, in the table's order.</param>
/// <param name="Hours">Errors of hours: a network that the table has not.</param>
/// <param name="Peak">Errors of peak memory, likewise.</param>
/// <param name="Resolution">Errors of hours of a network that the table has, at another resolution: A3 from the row's A1, and A1 from its A3.</param>
internal sealed record LeftOut(IReadOnlyList<LeftOutCell> Cells, PredictionErrors Hours, PredictionErrors Peak, PredictionErrors Resolution)
{
    private static readonly Lazy<LeftOut> s_paper = new(() => Of(PaperTables.Table3));

    /// <summary>Of the paper's table.</summary>
    public static LeftOut Paper => s_paper.Value;

    /// <summary>Of rows.</summary>
    public static LeftOut Of(IReadOnlyList<PaperTraining> rows)
    {
        var cells = new List<LeftOutCell>();
        var resolution = new List<(string Model, string Procedure, double Error)>();
        foreach (PaperTraining row in rows)
        {
            PaperCell[] others = [.. rows.Where(other => other != row).SelectMany(other => other.Cells)];
            DeviceTime time = DeviceTime.Fit(others);
            DeviceMemory memory = DeviceMemory.Fit(others);
            cells.AddRange(row.Cells.Select(cell => new LeftOutCell(
                row.Name, cell.Procedure, cell.Devices, cell.Cost.Side, cell.Hours, HoursOf(cell, time.SecondsOf(cell.Cost)), cell.PeakGb, memory.GbOf(cell.Cost, cell.DeviceImages))));
            (PaperCell a1, PaperCell a3) = (row.Cells[0], row.Cells[^1]);
            resolution.Add((row.Name, a3.Procedure, FromTo(time, a1, a3)));
            resolution.Add((row.Name, a1.Procedure, FromTo(time, a3, a1)));
        }

        return new LeftOut(
            cells,
            PredictionErrors.Of(cells.Select(cell => (cell.Model, cell.Procedure, cell.Error))),
            PredictionErrors.Of(cells.Select(cell => (cell.Model, cell.Procedure, cell.PeakError))),
            PredictionErrors.Of(resolution));
    }

    /// <summary>What a device spends on an image of a cost, by a cell of the same network at another one.</summary>
    public static double SecondsBy(DeviceTime time, PaperCell cell, ModelCost cost) => cell.DeviceSeconds * time.SecondsOf(cost) / time.SecondsOf(cell.Cost);

    private static double FromTo(DeviceTime time, PaperCell from, PaperCell to) => SecondsBy(time, from, to.Cost) / to.DeviceSeconds - 1;

    private static double HoursOf(PaperCell cell, double deviceSeconds) => deviceSeconds * cell.Images / cell.Devices / 3600;
}
