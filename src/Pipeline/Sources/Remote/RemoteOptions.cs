namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>How patient remote reading is. Not of the recipe: a network is the machine's.</summary>
internal sealed record RemoteOptions
{
    /// <summary>The options in use; changed by tests.</summary>
    public static RemoteOptions Current { get; set; } = new();

    /// <summary>A request that brings no byte for so long is given up and made anew.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a read is tried, from its last byte, before the run is ended: an outage must not change which samples it
    /// sees.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The same at the opening, where a wrong name is likelier than an outage.</summary>
    public TimeSpan OpeningPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause between two tries is drawn up to this; each further one up to twice as much.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether what was read is kept.</summary>
    public bool Cached { get; init; } = true;

    /// <summary>Where; null: in this machine's cache.</summary>
    public RangeCache? Cache { get; init; }

    /// <summary>Requests to one server at a time.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Threads that read samples from a remote source, unless the recipe says how many.</summary>
    public int Readers { get; init; } = 32;
}
