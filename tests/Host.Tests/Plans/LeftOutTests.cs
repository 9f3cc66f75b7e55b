using StreamTrainer.Host.Models;
using StreamTrainer.Host.Plans;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Plans;

/// <summary>The paper's table 3 as it is in the program, and what is predicted from it.</summary>
public sealed class LeftOutTests
{
    // Each builds two networks.
    private const int Turns = 8;

    public static TheoryData<string> Names => [.. PaperTables.Table3.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_counts_in_the_table_are_the_networks(string name)
    {
        Assert.SkipUnless(Rotation.Takes($"counts {name}", Turns), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        PaperTraining row = PaperTables.Table3Of(name)!;
        foreach (PaperResolution resolution in (PaperResolution[])[row.A12, row.A3])
        {
            using ImageClassifier model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = name }, 1000);
            Assert.Equal(model.CostAt(resolution.TrainSize), resolution.CostOf(row.Parameters));
        }
    }

    [Fact]
    public void The_table_is_whole()
    {
        Assert.Equal(PaperTables.Table4.Select(row => row.Name), PaperTables.Table3.Select(row => row.Name));
        // What the paper says of ResNet-50 in its table 1, too.
        Assert.Equal([(110, 4), (55, 4), (15, 4)], PaperTables.Table3Of("resnet50")!.Cells.Select(cell => ((int)cell.Hours, cell.Devices)));
        Assert.All(PaperTables.Table3, row => Assert.Equal(row.A1Hours, 2 * row.A2Hours));
        Assert.Contains("arXiv 2110.00476, table 3", PaperTables.Citation(3), StringComparison.Ordinal);
    }

    /// <summary>The figures of another program (NumPy's least squares over the same grid of feeding times).</summary>
    [Fact]
    public void Predictions_are_those_of_another_program()
    {
        LeftOut leftOut = LeftOut.Paper;
        Assert.Equal(75, leftOut.Cells.Count);
        Assert.Equal(0.078, leftOut.Hours.Median, 0.0005);
        Assert.Equal((-0.44, "regnety_320", "A3"), (Math.Round(leftOut.Hours.Worst, 2), leftOut.Hours.WorstModel, leftOut.Hours.WorstProcedure));
        DeviceTime all = DeviceTime.Fit([.. PaperTables.Table3.SelectMany(row => row.Cells)]);
        Assert.Equal((1.74, 0.0413, 0.1815), (Math.Round(all.FeedMilliseconds, 2), Math.Round(all.MillisecondsPerGigaMac, 4), Math.Round(all.MillisecondsPerMegaActivation, 4)));
    }

    [Fact]
    public void A_row_says_nothing_to_its_own_prediction()
    {
        PaperTraining[] changed = [.. PaperTables.Table3.Select(row => row.Name == "regnety_160"
            ? row with { A1Hours = 3 * row.A1Hours, A2Hours = 3 * row.A2Hours, A3Hours = 3 * row.A3Hours, A12 = row.A12 with { PeakGb = 1 } }
            : row)];
        LeftOutCell[] before = Of("regnety_160", LeftOut.Paper), after = Of("regnety_160", LeftOut.Of(changed));
        Assert.Equal(before.Select(cell => (cell.Predicted, cell.PredictedGb)), after.Select(cell => (cell.Predicted, cell.PredictedGb)));
        // And much to the others'.
        Assert.NotEqual(Of("resnet152", LeftOut.Paper)[0].Predicted, Of("resnet152", LeftOut.Of(changed))[0].Predicted);
    }

    [Fact]
    public void What_the_model_can_say_it_finds()
    {
        var truth = new DeviceTime(1.5, 0.05, 0.2);
        PaperCell[] cells = [.. PaperTables.Table3.SelectMany(row => row.Cells).Select(cell => cell with { Hours = cell.Hours * truth.SecondsOf(cell.Cost) / cell.DeviceSeconds })];
        DeviceTime found = DeviceTime.Fit(cells);
        Assert.Equal(1.5, found.FeedMilliseconds, 1e-9);
        Assert.Equal(0.05, found.MillisecondsPerGigaMac, 1e-9);
        Assert.Equal(0.2, found.MillisecondsPerMegaActivation, 1e-9);
    }

    [Theory]
    [InlineData(new[] { 0.1, -0.3, 0.2 }, 0.2, -0.3)]
    [InlineData(new[] { 0.1, -0.3, 0.2, 0.0 }, 0.15, -0.3)]
    public void Errors_are_summed_up(double[] errors, double median, double worst)
    {
        var summed = PredictionErrors.Of(errors.Select(error => ("a", "b", error)));
        Assert.Equal(median, summed.Median, 1e-12);
        Assert.Equal(worst, summed.Worst, 1e-12);
    }

    private static LeftOutCell[] Of(string model, LeftOut leftOut) => [.. leftOut.Cells.Where(cell => cell.Model == model)];
}
