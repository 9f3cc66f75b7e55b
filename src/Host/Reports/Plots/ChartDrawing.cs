using ScottPlot;
using ScottPlot.AxisPanels;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Draws a chart with ScottPlot.</summary>
internal static class ChartDrawing
{
    private const float LabelSize = 13, TickSize = 12;

    private static readonly MarkerShape[] s_shapes =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.VerticalBar];

    /// <summary>The chart as SVG, in the light colours and as the library writes it.</summary>
    public static string Draw(Chart chart)
    {
        PlotFonts.Use();
        using var plot = new Plot();
        foreach (ChartMark mark in chart.Marks)
        {
            Add(plot, mark);
        }

        Axes(plot, chart);
        Legend(plot, chart);
        return plot.GetSvgXml(chart.Width, chart.Height);
    }

    private static void Add(Plot plot, ChartMark mark)
    {
        Color color = Of(mark.Role);
        switch (mark)
        {
            case BandMark band:
                var fill = plot.Add.FillY(band.X, band.Low, band.High);
                fill.FillColor = color.WithAlpha(band.Opacity);
                fill.LineWidth = 0;
                fill.MarkerStyle.IsVisible = false;
                fill.LegendText = band.Label ?? "";
                break;
            case LineMark line:
                var path = plot.Add.ScatterLine(line.X, line.Y, color.WithAlpha(line.Opacity));
                path.LineWidth = ChartDashes.Hidden(line.Width, line.Dash);
                path.LegendText = line.Label ?? "";
                break;
            case PointsMark points:
                var dots = plot.Add.ScatterPoints(points.X, points.Y, color.WithAlpha(points.Opacity));
                dots.MarkerShape = s_shapes[points.Shape % s_shapes.Length];
                dots.MarkerSize = points.Size;
                dots.MarkerLineWidth = 1.5f;
                dots.LegendText = points.Label ?? "";
                break;
            case BarsMark bars:
                Bars(plot, bars, color);
                break;
            case IntervalMark interval:
                var between = plot.Add.ScatterLine(new[] { interval.Low, interval.High }, new[] { interval.Row, interval.Row }, color);
                between.LineWidth = interval.Width;
                between.LegendText = interval.Label ?? "";
                break;
            case RuleMark rule:
                AxisLine across = rule.IsVertical ? plot.Add.VerticalLine(rule.At) : plot.Add.HorizontalLine(rule.At);
                across.LineColor = color;
                across.LineWidth = ChartDashes.Hidden(1.5f, rule.Dash);
                across.LegendText = rule.Label ?? "";
                across.EnableAutoscale = true;
                break;
            default:
                throw new NotSupportedException(mark.GetType().Name);
        }
    }

    private static void Bars(Plot plot, BarsMark bars, Color color)
    {
        for (int bar = 0; bar < bars.Heights.Length; bar++)
        {
            if (bars.Heights[bar] > 0)
            {
                var rectangle = plot.Add.Rectangle(bars.Edges[bar], bars.Edges[bar + 1], 0, bars.Heights[bar]);
                rectangle.FillColor = color.WithAlpha(0.35);
                rectangle.LineColor = color;
                rectangle.LineWidth = 1;
                rectangle.LegendText = bar == Array.FindIndex(bars.Heights, height => height > 0) ? bars.Label ?? "" : "";
            }
        }
    }

    private static void Axes(Plot plot, Chart chart)
    {
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        // Room for the half of a number that stands at the axis's end.
        plot.Axes.Right.MinimumSize = 14;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Right.TickGenerator = new EmptyTickGenerator();
        plot.Axes.Top.IsVisible = false;
        plot.Axes.Left.FrameLineStyle.IsVisible = false;
        plot.XLabel(chart.XLabel, LabelSize);
        if (chart.YLabel.Length > 0)
        {
            plot.YLabel(chart.YLabel, LabelSize);
        }

        foreach (AxisBase axis in new AxisBase[] { (AxisBase)plot.Axes.Bottom, (AxisBase)plot.Axes.Left })
        {
            axis.LabelStyle.FontName = axis.TickLabelStyle.FontName = PlotFonts.Family;
            axis.LabelStyle.Bold = false;
            axis.LabelStyle.ForeColor = axis.TickLabelStyle.ForeColor = Of(PlotRole.Soft);
            axis.TickLabelStyle.FontSize = TickSize;
            axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = Of(PlotRole.Soft);
            axis.MinorTickStyle.Length = 0;
            axis.MajorTickStyle.Length = 4;
        }

        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Grid.MajorLineColor = Of(PlotRole.Grid);
        plot.Grid.MajorLineWidth = 1;
        plot.Grid.XAxisStyle.IsVisible = chart.Rows is not null;
        plot.Grid.YAxisStyle.IsVisible = chart.Rows is null;
        plot.Axes.Bottom.TickGenerator = new EvenTicks(chart.WholeX);
        plot.Axes.Left.TickGenerator = new EvenTicks(chart.WholeY);
        plot.Axes.Margins(0.03, 0.06);
        plot.Axes.AutoScale();
        if (chart.XLimits is { } x)
        {
            plot.Axes.SetLimitsX(x.Low, x.High);
        }

        if (chart.Rows is { } rows)
        {
            plot.Axes.Left.TickGenerator = new NumericManual([.. Enumerable.Range(0, rows.Count).Select(row => (double)row)], [.. rows]);
            plot.Axes.Left.TickLabelStyle.ForeColor = Of(PlotRole.Ink);
            // The first row is at the top.
            plot.Axes.SetLimitsY(rows.Count - 0.5, -0.5);
        }
        else if (chart.YLimits is { } y)
        {
            plot.Axes.SetLimitsY(y.Low, y.High);
        }
    }

    private static void Legend(Plot plot, Chart chart)
    {
        if (!chart.Marks.Any(mark => mark.Label is not null))
        {
            plot.HideLegend();
            return;
        }

        plot.Legend.FontName = PlotFonts.Family;
        plot.Legend.FontSize = TickSize;
        plot.Legend.FontColor = Of(PlotRole.Soft);
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.Padding = new PixelPadding(0);
        plot.Legend.Margin = new PixelPadding(0);
        ScottPlot.Panels.LegendPanel panel = plot.ShowLegend(Edge.Top);
        panel.Alignment = Alignment.MiddleLeft;
        panel.Padding = new PixelPadding(0, 0, 0, 10);
    }

    private static Color Of(PlotRole role) => Color.FromHex(PlotColors.Light(role));
}
