using System.Globalization;
using System.Text.Json;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// The right to write into a run's directory, held by one process. Two things guard it: the system's lock on a file that is
/// held open, which decides races and vanishes with its process; and <c>run.lock</c>, which says who holds it and still
/// counts on file systems that have no locks.
/// </summary>
public sealed class RunLock : IDisposable
{
    private const string GuardName = ".run.lock";

    private readonly string _file;
    private FileStream? _guard;

    private RunLock(string file, FileStream guard)
    {
        _file = file;
        _guard = guard;
    }

    /// <summary>Takes the lock; one that a dead process left is taken over.</summary>
    /// <exception cref="UserErrorException">Another process holds it, or the directory cannot be written.</exception>
    /// <exception cref="RunFailedException">The disk is full, or fails.</exception>
    public static RunLock Acquire(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        FileStream guard = OpenGuard(run);
        try
        {
            if (Owner(run.LockFile) is { } owner && owner.Process.IsAlive && owner.Process != ProcessIdentity.Current())
            {
                throw Refusal(run, owner);
            }

            var mine = new RunLockOwner(ProcessIdentity.Current(), DateTime.UtcNow, Environment.MachineName);
            AtomicFile.Write(run.LockFile, JsonSerializer.SerializeToUtf8Bytes(mine, RunJson.Default.RunLockOwner));
            return new RunLock(run.LockFile, guard);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            guard.Dispose();
            throw Unwritable(run, error);
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    /// <summary>Who holds a run's lock now; null where no living process of this machine does.</summary>
    public static RunLockOwner? LiveOwner(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Owner(run.LockFile) is { } owner && owner.Process.IsAlive ? owner : null;
    }

    /// <summary>Who is written down as a run's owner, on whatever machine, alive or dead; null where nobody is.</summary>
    internal static RunLockOwner? NamedOwner(RunDirectory run) => Owner(run.LockFile);

    /// <summary>Whether a run's lock could not be taken now, by what <see cref="LiveOwner"/> sees and by the file that is locked. Who wants
    /// it in this very moment may be refused: ask only after a refusal.</summary>
    public static bool IsInUse(RunDirectory run)
    {
        if (LiveOwner(run) is not null)
        {
            return true;
        }

        try
        {
            using var guard = new FileStream(Path.Combine(run.Path, GuardName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error is IOException held && IsHeld(held);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        if (_guard is null)
        {
            return;
        }

        try
        {
            // Before the guard: after it, the file may be the next owner's.
            File.Delete(_file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It names a process that will be dead: the next one takes it over.
        }

        _guard.Dispose();
        _guard = null;
    }

    private static FileStream OpenGuard(RunDirectory run)
    {
        string file = Path.Combine(run.Path, GuardName);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw Owner(run.LockFile) is { } owner
                ? Refusal(run, owner)
                : new UserErrorException($"run {run.Id} is in use by another process; wait for it, or stop it first", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(run, error);
        }
    }

    /// <summary>Whether a file could not be opened because another process holds it: EWOULDBLOCK of Linux and of macOS, and Windows'
    /// ERROR_SHARING_VIOLATION, in HResult's lower half.</summary>
    internal static bool IsHeld(IOException error) => (error.HResult & 0xffff) is 11 or 35 or 0x20;

    private static RunLockOwner? Owner(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), RunJson.Default.RunLockOwner);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // Written whole or not at all: what cannot be read was not written by a lock's owner.
            return null;
        }
    }

    private static UserErrorException Refusal(RunDirectory run, RunLockOwner owner) => new(string.Create(CultureInfo.InvariantCulture,
        $"run {run.Id} is in use by process {owner.Process.Id} on {owner.Host} since {owner.Since:yyyy-MM-dd HH:mm:ss} UTC; wait for it, or stop it first"));

    private static Exception Unwritable(RunDirectory run, Exception error)
    {
        WriteTrouble trouble = WriteTrouble.Of(error, run.Path);
        string text = $"run {run.Id} cannot be locked: '{run.Path}' cannot be written: {trouble.Reason}";
        return trouble.IsMistake ? new UserErrorException($"{text}; make it writable", error) : new RunFailedException($"{text}; {trouble.Remedy}", error);
    }
}
