using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>Reads and writes <c>ticket.json</c>, whole or not at all.</summary>
internal static class TicketFile
{
    /// <summary>Writes a run's ticket.</summary>
    /// <exception cref="IOException">The disk is full or the like; what stood there still stands.</exception>
    public static void Write(RunDirectory run, RunTicket ticket) =>
        AtomicFile.Write(run.TicketFile, JsonSerializer.SerializeToUtf8Bytes(ticket, TicketJson.Default.RunTicket));

    /// <summary>A run's ticket; null where it has none, or what lies there is none.</summary>
    public static RunTicket? Read(RunDirectory run)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(run.TicketFile), TicketJson.Default.RunTicket) is { Format: 1 } ticket ? ticket : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // A run without a ticket is one that was not submitted here: it is shown, and left alone.
            return null;
        }
    }
}

/// <summary>JSON of tickets, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunTicket))]
internal sealed partial class TicketJson : JsonSerializerContext;
