namespace StreamTrainer.Perf.Harness;

/// <summary>Something that is measured. A new case is a file in <c>Cases/</c> and a line in <see cref="PerfProgram"/>.</summary>
internal interface IPerfCase
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>What is measured against what, in a sentence.</summary>
    string Description { get; }

    /// <summary>Measures.</summary>
    /// <param name="log">For progress; never standard output, which belongs to the result.</param>
    /// <exception cref="Pipeline.UserErrorException">What is needed is not there.</exception>
    IReadOnlyList<Figure> Run(TextWriter log);
}
