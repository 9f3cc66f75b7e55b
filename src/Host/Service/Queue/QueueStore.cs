using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>
/// The queue in SQLite: what the supervisor knew before it was killed. An index only, of which the tickets in the run directories are
/// the truth: one that is lost or damaged is begun anew. One thread's at a time.
/// </summary>
internal sealed class QueueStore : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA busy_timeout = 5000;
        CREATE TABLE IF NOT EXISTS queue (
            id TEXT PRIMARY KEY, state INTEGER NOT NULL, priority INTEGER NOT NULL, submitted TEXT NOT NULL, ranks INTEGER NOT NULL,
            key TEXT, ticket TEXT NOT NULL, not_before TEXT NOT NULL, failures INTEGER NOT NULL, from_step INTEGER NOT NULL,
            process INTEGER, process_start TEXT, started_at TEXT, slots TEXT NOT NULL, kill_at TEXT, reason TEXT) STRICT;
        CREATE UNIQUE INDEX IF NOT EXISTS queue_key ON queue (key) WHERE key IS NOT NULL;
        PRAGMA user_version = 1;
        """;

    private readonly SqliteConnection _connection;

    private QueueStore(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens a queue, or begins one.</summary>
    /// <param name="path">The database's file.</param>
    /// <param name="damaged">Told where a damaged one was moved to.</param>
    /// <exception cref="SqliteException">It cannot be written.</exception>
    public static QueueStore Open(string path, Action<string, string> damaged)
    {
        try
        {
            return OpenSound(path);
        }
        // SQLITE_CORRUPT, SQLITE_NOTADB; and what another version made of it.
        catch (SqliteException error) when (error.SqliteErrorCode is 1 or 11 or 26)
        {
            string aside = string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{DateTime.UtcNow:yyyyMMddHHmmss}");
            foreach (string suffix in (string[])["-wal", "-shm"])
            {
                File.Delete(path + suffix);
            }

            File.Move(path, aside, overwrite: true);
            damaged(aside, error.Message);
            return OpenSound(path);
        }
    }

    /// <summary>All that is in it.</summary>
    public IReadOnlyList<QueueEntry> All()
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT id, state, ticket, not_before, failures, from_step, process, process_start, started_at, slots, kill_at, reason FROM queue";
        using SqliteDataReader row = command.ExecuteReader();
        List<QueueEntry> all = [];
        while (row.Read())
        {
            if (JsonSerializer.Deserialize(row.GetString(2), TicketJson.Default.RunTicket) is { } ticket)
            {
                all.Add(new QueueEntry(row.GetString(0), ticket)
                {
                    State = (QueueState)row.GetInt32(1),
                    NotBefore = Time(row.GetString(3)),
                    Failures = row.GetInt32(4),
                    FromStep = row.GetInt64(5),
                    Process = row.IsDBNull(6) ? null : new ProcessIdentity(row.GetInt32(6), row.GetString(7)),
                    StartedAt = row.IsDBNull(8) ? null : Time(row.GetString(8)),
                    Slots = [.. row.GetString(9).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(slot => int.Parse(slot, CultureInfo.InvariantCulture))],
                    KillAt = row.IsDBNull(10) ? null : Time(row.GetString(10)),
                    Reason = row.IsDBNull(11) ? null : row.GetString(11),
                });
            }
        }

        return all;
    }

    /// <summary>Puts an entry in the place of what was there of its run.</summary>
    public void Save(QueueEntry entry)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            INSERT OR REPLACE INTO queue (id, state, priority, submitted, ranks, key, ticket, not_before, failures, from_step, process, process_start, started_at, slots, kill_at, reason)
            VALUES ($id, $state, $priority, $submitted, $ranks, $key, $ticket, $notBefore, $failures, $fromStep, $process, $processStart, $startedAt, $slots, $killAt, $reason)
            """;
        SqliteParameterCollection values = command.Parameters;
        values.AddWithValue("$id", entry.Id);
        values.AddWithValue("$state", (int)entry.State);
        values.AddWithValue("$priority", entry.Ticket.Priority);
        values.AddWithValue("$submitted", Text(entry.Ticket.Submitted));
        values.AddWithValue("$ranks", entry.Ticket.Ranks);
        values.AddWithValue("$key", OrNull(entry.Ticket.Key));
        values.AddWithValue("$ticket", JsonSerializer.Serialize(entry.Ticket, TicketJson.Default.RunTicket));
        values.AddWithValue("$notBefore", Text(entry.NotBefore));
        values.AddWithValue("$failures", entry.Failures);
        values.AddWithValue("$fromStep", entry.FromStep);
        values.AddWithValue("$process", OrNull(entry.Process?.Id));
        values.AddWithValue("$processStart", OrNull(entry.Process?.Start));
        values.AddWithValue("$startedAt", entry.StartedAt is { } started ? Text(started) : DBNull.Value);
        values.AddWithValue("$slots", string.Join(',', entry.Slots));
        values.AddWithValue("$killAt", entry.KillAt is { } kill ? Text(kill) : DBNull.Value);
        values.AddWithValue("$reason", OrNull(entry.Reason));
        command.ExecuteNonQuery();
    }

    /// <summary>Forgets a run.</summary>
    public void Remove(string id)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "DELETE FROM queue WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static QueueStore OpenSound(string path)
    {
        // Not pooled: a closed file is one that can be moved.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = Schema;
            command.ExecuteNonQuery();
            command.CommandText = "PRAGMA quick_check";
            return command.ExecuteScalar() is "ok" ? new QueueStore(connection) : throw new SqliteException("the check found damage", 11);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static object OrNull(object? value) => value ?? DBNull.Value;

    private static string Text(DateTime time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
