using System.ComponentModel;
using StreamTrainer.Host.Runs;
using System.Text.Json;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>Something that happened in a run.</summary>
/// <param name="Id">Its place in the run's event log: who has seen it goes on after it.</param>
/// <param name="Kind">What it was, as stepLogged.</param>
/// <param name="Data">What there is to say of it (docs/data-formats.md).</param>
internal sealed record EventView(
    [property: Description("Its place in the run's event log: who has seen it goes on after it.")] long Id,
    [property: Description("What it was, as stepLogged.")] string Kind,
    [property: Description("What there is to say of it.")] JsonElement Data)
{
    /// <summary>The view of an event.</summary>
    public static EventView Of(LocatedEvent located)
    {
        string json = JsonSerializer.Serialize(located.Event, located.Event.GetType(), ApiJson.Options);
        return new EventView(located.End, KindOf(located.Event), JsonSerializer.Deserialize<JsonElement>(Redaction.Of(json)));
    }

    /// <summary>An event's kind.</summary>
    public static string KindOf(TrainingEvent happened) => JsonNamingPolicy.CamelCase.ConvertName(happened.GetType().Name);
}

/// <summary>Some of a run's events.</summary>
/// <param name="Events">The events, the oldest first.</param>
/// <param name="Next">What to give as after for those behind them.</param>
internal sealed record EventPage(
    [property: Description("The events, the oldest first.")] IReadOnlyList<EventView> Events,
    [property: Description("What to give as 'after' for those behind them.")] long Next);
