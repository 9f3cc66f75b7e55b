namespace StreamTrainer.Host.Commands;

/// <summary>
/// A process that another one of this program's started and watches. Its standard input is a pipe whose end means "stop and save":
/// the other process closes it, or dies; so no run is left behind that nobody knows of. Ctrl-C of a terminal reaches both, and is the
/// other one's to answer.
/// </summary>
internal static class ParentWatch
{
    /// <summary>The variable that says so.</summary>
    public const string Variable = "STREAMTRAINER_SUPERVISED";

    /// <summary>Whether this process is watched.</summary>
    public static bool IsWatched => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Calls <paramref name="gone"/> on a thread of its own once the other process wants this one to stop.</summary>
    public static void Start(Action gone)
    {
        var thread = new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            Span<byte> buffer = stackalloc byte[64];
            while (input.Read(buffer) > 0)
            {
            }

            gone();
        })
        { Name = "parent watch", IsBackground = true };
        thread.Start();
    }
}
