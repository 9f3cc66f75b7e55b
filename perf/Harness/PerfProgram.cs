using StreamTrainer.Perf.Cases;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Perf.Harness;

/// <summary>The command line: <c>perf -- CASE [--json]</c>.</summary>
internal static class PerfProgram
{
    private static readonly IPerfCase[] s_cases =
    [
        new StepCase(),
        new PipelineCase(),
        new DataLoaderCase(),
        new ScalingCase(),
        new FirstBatchCase(),
        new SteadyCase(),
        new PixelsCase(),
        new DecodeCase(),
        new ResizeCase(),
        new AugmentCase(),
        new PayloadCase(),
        new ShardsCase(),
        new SourcesCase(),
        new ModelsCase(),
        new FlowCase(),
        new OverlapCase(),
        new ExchangeCase(),
    ];

    /// <summary>Runs the cases that the arguments name. Exit codes: 0 measured, 2 wrong use or missing data.</summary>
    public static int Run(string[] args)
    {
        if (args is [FirstBatchCase.ChildName, var location, var step])
        {
            return FirstBatchCase.Child(location, step);
        }

        bool json = args.Contains("--json");
        string[] names = [.. args.Where(argument => argument != "--json")];
        string? unknown = names.FirstOrDefault(name => s_cases.All(each => each.Name != name));
        if (names.Length == 0 || unknown is not null)
        {
            Console.Error.WriteLine(unknown is null ? "usage: perf -- CASE... [--json]" : $"there is no case '{unknown}'");
            foreach (IPerfCase each in s_cases)
            {
                Console.Error.WriteLine($"  {each.Name,-14}{each.Description}");
            }

            return 2;
        }

        try
        {
            foreach (string name in names)
            {
                IReadOnlyList<Figure> figures = s_cases.Single(each => each.Name == name).Run(Console.Error);
                if (json)
                {
                    Console.Out.WriteLine(PerfReport.Json(name, figures));
                }
                else
                {
                    PerfReport.Table(Console.Out, name, figures);
                }
            }

            return 0;
        }
        catch (UserErrorException error)
        {
            Console.Error.WriteLine($"error: {error.Message}");
            return 2;
        }
    }
}
