using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace StreamTrainer.Host.Runs;

/// <summary>A process beyond doubt: its id may be given to another one after its end, its start may not.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it started, in a form that only one process of this id has: on Linux the boot and the clock ticks
/// since it, which no change of the wall clock moves; elsewhere the start time's ticks.</param>
public sealed record ProcessIdentity(int Id, string Start)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current() =>
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("this process cannot see itself");

    /// <summary>The process that now has an id; null where none has, or where it is dead and only not yet reaped.</summary>
    public static ProcessIdentity? Of(int id) =>
        (OperatingSystem.IsLinux() ? FromProc(id) : FromSystem(id)) is { } start ? new ProcessIdentity(id, start) : null;

    /// <summary>Whether this very process still runs.</summary>
    public bool IsAlive => Of(Id) == this;

    private static string? FromProc(int id)
    {
        try
        {
            // The second field, the name in parentheses, may hold spaces and parentheses itself.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : $"{BootId()}/{fields[19]}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string BootId()
    {
        const string file = "/proc/sys/kernel/random/boot_id";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    private static string? FromSystem(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
