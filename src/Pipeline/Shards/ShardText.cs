using System.Globalization;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Words and numbers of shards, as they stand in files and answers.</summary>
public static class ShardText
{
    private static readonly (ShardPayload Payload, string Name)[] s_payloads =
        [(ShardPayload.Copy, "copy"), (ShardPayload.Indexed, "indexed"), (ShardPayload.Coefficients, "coefficients")];

    /// <summary>The names of payloads.</summary>
    public static IEnumerable<string> Payloads => s_payloads.Select(each => each.Name);

    /// <summary>A payload's name.</summary>
    public static string Of(ShardPayload payload) => s_payloads.First(each => each.Payload == payload).Name;

    /// <summary>The payload of a name; null where there is none.</summary>
    public static ShardPayload? Payload(string name) =>
        s_payloads.Where(each => each.Name == name).Select(each => (ShardPayload?)each.Payload).FirstOrDefault();

    /// <summary>Options as they are given.</summary>
    public static string Of(PackOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string side = options.MaxSide is { } most ? string.Create(CultureInfo.InvariantCulture, $" --max-side {most}") : "";
        string quality = options.Quality is { } value ? string.Create(CultureInfo.InvariantCulture, $" --quality {value}") : "";
        return $"--payload {Of(options.Payload)} --shard-size {new ByteSize(options.ShardSize)}{side}{quality}";
    }

    /// <summary>The kind of a sample's payload.</summary>
    public static string Of(PayloadKind kind) => kind switch
    {
        PayloadKind.Encoded => "copy",
        PayloadKind.RawGrey => "rawGrey",
        PayloadKind.RawRgb => "rawRgb",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Sampling factors (a byte a component, horizontal in the upper half) as people write them: 4:2:0, grey; empty
    /// where there are none.</summary>
    public static string Sampling(uint factors) => factors switch
    {
        0 => "",
        <= 0xff => "grey",
        0x111111 => "4:4:4",
        0x111121 => "4:2:2",
        0x111122 => "4:2:0",
        0x111112 => "4:4:0",
        0x111141 => "4:1:1",
        0x111142 => "4:1:0",
        _ => string.Join(',', Enumerable.Range(0, 4).Select(i => (factors >> (8 * i)) & 0xff).Where(factor => factor != 0)
            .Select(factor => string.Create(CultureInfo.InvariantCulture, $"{factor >> 4}x{factor & 15}"))),
    };
}
