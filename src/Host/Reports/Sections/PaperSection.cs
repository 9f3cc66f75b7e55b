using StreamTrainer.Host.Models;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Tables 1, 3 and 4 of <i>ResNet strikes back</i> with our runs beside them, where the architecture is one of the paper's.</summary>
internal static class PaperSection
{
    private const string Ours = "these runs", ResNet50 = "resnet50";

    /// <summary>The section; empty where no architecture is the paper's.</summary>
    public static ReportSection Of(Study study, int level)
    {
        (RunGroup Group, PaperTraining Training, PaperRow Row)[] known = [.. study.Scored
            .Select(group => (Group: group, Name: group.Scored[0].Recipe!.Model.Name))
            .Select(each => (each.Group, PaperTables.Table3Of(each.Name), PaperTables.Table4Of(each.Name)))
            .Where(each => each is { Item2: not null, Item3: not null }).Select(each => (each.Group, each.Item2!, each.Item3!))];
        if (known.Length == 0)
        {
            return new ReportSection("Beside the paper", [], level);
        }

        bool other = known.Any(each => each.Group.Scored[0].Curves.Started?.TrainSamples != PaperCell.ImageNetImages);
        List<ReportBlock> blocks = [];
        if (other)
        {
            blocks.Add(new ReportText("The paper trains on ImageNet-1k (1,281,167 images), and some of these runs do not: what they reach, and what it took them, is not to be compared with its figures."));
        }

        if (known.Any(each => each.Training.Name == ResNet50))
        {
            blocks.Add(Table1(study, [.. known.Where(each => each.Training.Name == ResNet50).Select(each => each.Group)]));
        }

        blocks.Add(Table3(study, known));
        blocks.Add(Table4(study, known));
        return new ReportSection("Beside the paper", blocks, level);
    }

    private static ReportTable Table1(Study study, IReadOnlyList<RunGroup> groups) => new ReportTable(study.Id("paper-1"), "Table 1 of the paper: what ResNet-50 took, and what came of it",
    [
        new("procedure", IsText: true), new("source", IsText: true), new("images"), new("epochs"), new("train px"), new("hours"), new("devices", IsText: true), new("peak memory (MB)"), new("val (%)"), new("ReaL (%)"), new("V2 (%)"),
    ],
    [
        .. PaperTables.Table1.Select(row => new ReportRow(
        [
            ReportCell.Of(row.Procedure), ReportCell.Of("paper"), ReportCell.Whole(PaperCell.ImageNetImages), ReportCell.Whole(row.Epochs), ReportCell.Whole(row.TrainSize), ReportCell.Of(row.Hours, 0), ReportCell.Of($"{row.Devices} V100"),
            ReportCell.Of(row.PeakMb, 0), ReportCell.Of(row.ValTop1, 1), ReportCell.Of(row.RealTop1, 1), ReportCell.Of(row.V2Top1, 1),
        ], RowKind.Paper)),
        .. groups.Select(group => new ReportRow(
        [
            ReportCell.Of(group.Label), ReportCell.Of(Ours), Images(group), ReportCell.Of(Means.Of(group, run => run.Epochs), 0), ReportCell.Whole(group.Scored[0].Recipe!.Augment.Size), Hours(group), Devices(group),
            ReportCell.Of(Means.Of(group, run => run.Summary!.PeakMemoryBytes / 1e6), 0), Score(group, "val"), Score(group, "real"), Score(group, "v2"),
        ])),
    ])
    {
        Note = PaperTables.Citation(1),
    };

    private static ReportTable Table3(Study study, IReadOnlyList<(RunGroup Group, PaperTraining Training, PaperRow Row)> known) => new ReportTable(study.Id("paper-3"), "Table 3 of the paper: resolutions, hours, memory and scores of the architecture",
    [
        new("architecture", IsText: true), new("recipe", IsText: true), new("source", IsText: true), new("images"), new("train px"), new("test px"), new("hours"), new("devices", IsText: true), new("peak memory (GB)"), new("top-1 (%)"),
    ],
    [
        .. known.GroupBy(each => each.Training).SelectMany(architecture => Published(architecture.Key).Concat(architecture.Select(each => new ReportRow(
        [
            ReportCell.Of(each.Training.Architecture), ReportCell.Of(each.Group.Label), ReportCell.Of(Ours), Images(each.Group), ReportCell.Whole(each.Group.Scored[0].Recipe!.Augment.Size), ReportCell.Whole(each.Group.Scored[0].Recipe!.Eval.Size),
            Hours(each.Group), Devices(each.Group), ReportCell.Of(Means.Of(each.Group, run => run.Summary!.PeakMemoryBytes / 1e9), 1), Score(each.Group, "val"),
        ])))),
    ])
    {
        Note = PaperTables.Citation(3),
    };

    private static IEnumerable<ReportRow> Published(PaperTraining row)
    {
        (string Procedure, PaperResolution Resolution, double Hours, double Top1)[] all = [("A1", row.A12, row.A1Hours, row.A1Top1), ("A2", row.A12, row.A2Hours, row.A2Top1), ("A3", row.A3, row.A3Hours, row.A3Top1)];
        foreach ((string procedure, PaperResolution resolution, double hours, double top1) in all)
        {
            yield return new ReportRow(
            [
                ReportCell.Of(row.Architecture), ReportCell.Of(procedure), ReportCell.Of("paper"), ReportCell.Whole(PaperCell.ImageNetImages), ReportCell.Whole(resolution.TrainSize), ReportCell.Whole(resolution.TestSize), ReportCell.Of(hours, 0),
                ReportCell.Of($"{resolution.Devices} V100"), ReportCell.Of(resolution.PeakGb, 1), ReportCell.Of(top1, 1),
            ], RowKind.Paper);
        }

        if (row.OriginalTop1 is { } original)
        {
            yield return new ReportRow([ReportCell.Of(row.Architecture), ReportCell.Of("its own publication"), ReportCell.Of("paper"), .. Enumerable.Repeat(ReportCell.Empty, 6), ReportCell.Of(original, 1)], RowKind.Paper);
        }
    }

    private static ReportTable Table4(Study study, IReadOnlyList<(RunGroup Group, PaperTraining Training, PaperRow Row)> known) => new ReportTable(study.Id("paper-4"), "Table 4 of the paper: size, speed and the three test sets",
    [
        new("architecture", IsText: true), new("recipe", IsText: true), new("source", IsText: true), new("parameters (M)"), new("multiply-adds (G)"), new("inference images/s"), new("training images/s"), new("val (%)"), new("ReaL (%)"), new("V2 (%)"),
    ],
    [
        .. known.GroupBy(each => each.Row).SelectMany(architecture => new[] { Published(architecture.Key) }.Concat(architecture.Select(each => new ReportRow(
        [
            ReportCell.Of(each.Row.Architecture), ReportCell.Of(each.Group.Label), ReportCell.Of(Ours), ReportCell.Of(each.Group.Scored[0].Curves.Started?.Parameters / 1e6, 1), ReportCell.Empty, ReportCell.Empty,
            ReportCell.Of(Means.Of(each.Group, run => run.Summary!.ImagesPerSecond), 0), Score(each.Group, "val"), Score(each.Group, "real"), Score(each.Group, "v2"),
        ])))),
    ])
    {
        Note = PaperTables.Citation(4) + " `bench` measures inference here.",
    };

    private static ReportRow Published(PaperRow row) => new(
    [
        ReportCell.Of(row.Architecture), ReportCell.Of("A1"), ReportCell.Of("paper"), ReportCell.Of(row.ParamsMillion, 1), ReportCell.Of(row.MacsBillion, 1), ReportCell.Of(row.V100ImagesPerSecond, 0), ReportCell.Empty,
        ReportCell.Of(row.ValTop1, 1), ReportCell.Of(row.RealTop1, 1), ReportCell.Of(row.V2Top1, 1),
    ], RowKind.Paper);

    private static ReportCell Images(RunGroup group) => ReportCell.Whole(group.Scored[0].Curves.Started?.TrainSamples);

    private static ReportCell Hours(RunGroup group) => Means.Of(group, run => run.Summary!.WallSeconds / 3600) is { } hours ? ReportCell.Of(hours, hours < 10 ? 2 : 0) : ReportCell.Empty;

    private static ReportCell Devices(RunGroup group) => ReportCell.Of(Means.Same(group, run => run.Curves.Started?.Device));

    private static ReportCell Score(RunGroup group, string set) => ReportCell.Of(Means.Of(group, run => TestScores.Of(run, set)), 2);
}
