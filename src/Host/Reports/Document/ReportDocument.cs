namespace StreamTrainer.Host.Reports.Document;

/// <summary>A report before it has a form: pages, tables of values and pictures are all written from it, so none can say another thing
/// than the others. In its texts <c>`…`</c> is code; everything else is taken as it stands.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Lead">A sentence under the title; may be empty.</param>
/// <param name="Facts">Where it comes from: name and value, the command first.</param>
/// <param name="Sections">Its sections, in order.</param>
internal sealed record ReportDocument(string Title, string Lead, IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>All tables, in order.</summary>
    public IEnumerable<ReportTable> Tables => Sections.SelectMany(section => section.Blocks).OfType<ReportTable>();

    /// <summary>All figures, in order.</summary>
    public IEnumerable<ReportFigure> Figures => Sections.SelectMany(section => section.Blocks).OfType<ReportFigure>();
}

/// <summary>A part with a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">What stands under it; a section without any is left out.</param>
/// <param name="Level">2, or 3 for a part of the one before.</param>
internal sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks, int Level = 2);

/// <summary>A piece of a section.</summary>
internal abstract record ReportBlock;

/// <summary>A paragraph.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Quiet">Whether it is a remark, and smaller.</param>
internal sealed record ReportText(string Text, bool Quiet = false) : ReportBlock;

/// <summary>Sentences, each with a mark before it.</summary>
/// <param name="Items">The sentences.</param>
internal sealed record ReportList(IReadOnlyList<string> Items) : ReportBlock;

/// <summary>Charts that belong together.</summary>
/// <param name="Id">Its name in files and in the table of values: letters, digits and hyphens.</param>
/// <param name="Caption">What is seen, in words.</param>
/// <param name="Charts">Side by side where there is room.</param>
internal sealed record ReportFigure(string Id, string Caption, IReadOnlyList<Plots.Chart> Charts) : ReportBlock;
