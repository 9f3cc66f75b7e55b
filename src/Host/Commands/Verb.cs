using System.CommandLine;

namespace StreamTrainer.Host.Commands;

/// <summary>A command that shows in its help how it is used.</summary>
/// <param name="name">The word on the command line.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Command lines, without the program's name.</param>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines, without the program's name.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>Whether <c>--server</c> means something to it.</summary>
    public bool IsRemote { get; set; }
}
