using System.Globalization;
using StreamTrainer.Host.Commands;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A sweep as jobs for somebody else to start: each is this program with one of the sweep's cells, which begins it, goes on with
/// it, or has nothing to do. So a job may be started again at any time.</summary>
internal static class SweepJobs
{
    /// <summary>One command a line.</summary>
    /// <param name="sweep">The command for the sweep, word by word.</param>
    /// <param name="cells">The cells.</param>
    public static void Lines(TextWriter output, IReadOnlyList<string> sweep, IReadOnlyList<int> cells)
    {
        foreach (int cell in cells)
        {
            output.WriteLine($"{Command(sweep)} --cells {cell.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>A script for <c>sbatch</c>: an array with a task for each cell.</summary>
    /// <param name="name">The sweep's name.</param>
    /// <param name="folder">Where the command was given: its paths are seen from there.</param>
    /// <inheritdoc cref="Lines"/>
    public static void Slurm(TextWriter output, string name, string folder, IReadOnlyList<string> sweep, IReadOnlyList<int> cells)
    {
        output.Write($"""
            #!/bin/bash
            #SBATCH --job-name={name}
            #SBATCH --array={CellSelection.Text(cells)}
            #SBATCH --requeue
            #SBATCH --signal=B:TERM@120
            # Resources are yours to add: sbatch --gres=gpu:1 --cpus-per-task=16 --time=24:00:00 THIS. Before the time is up the run saves;
            # submitted again, the same script goes on with what is left.
            cd {Quote(folder)} || exit 2
            exec {Command(sweep)} --cells "$SLURM_ARRAY_TASK_ID"

            """);
    }

    /// <summary>Words as a shell reads them.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Command(IReadOnlyList<string> sweep) => Line([.. OwnProgram.Command, .. sweep]);

    private static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./=:,+@%".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
