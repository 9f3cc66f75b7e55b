namespace StreamTrainer.Host.Commands;

/// <summary>Where a command's answer and its complaints go.</summary>
/// <param name="Out">Answers; with <c>--json</c> nothing but JSON.</param>
/// <param name="Error">Everything else.</param>
internal sealed record CommandOutput(TextWriter Out, TextWriter Error);
