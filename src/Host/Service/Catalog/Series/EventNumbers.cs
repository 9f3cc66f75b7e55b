using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using MessagePack;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>
/// The numbers of an event's record, by name, without an object made of it: a million of them are to be read in the time of a breath. What
/// a later kind of event brings is there by itself. One thread's.
/// </summary>
internal sealed class EventNumbers
{
    private const int StartedKind = 0, StepKind = 1;

    // What a kind's numbers are called in front of their own names.
    private static readonly Dictionary<int, string> s_prefixes = typeof(TrainingEvent).GetCustomAttributes<UnionAttribute>().ToDictionary(union => union.Key, union => union.SubType.Name switch
    {
        nameof(StepLogged) => "",
        nameof(Evaluated) => "eval.",
        nameof(EpochFinished) => "epoch.",
        nameof(CheckpointSaved) => "checkpoint.",
        var name => JsonNamingPolicy.CamelCase.ConvertName(name) + ".",
    });

    private readonly List<(byte[] Key, string Prefix, string Name)> _names = [];
    private int _expected;

    /// <summary>Steps done; -1 where the event says none.</summary>
    public long Step { get; private set; }

    /// <summary>When it happened: ticks, UTC.</summary>
    public long Time { get; private set; }

    /// <summary>Whether the run starts, or goes on, at <see cref="Step"/>.</summary>
    public bool IsStart { get; private set; }

    /// <summary>Its numbers by name, the step and the epoch left out.</summary>
    public List<(string Name, double Value)> Numbers { get; } = [];

    /// <summary>Reads a record's payload.</summary>
    /// <returns>Whether it is an event.</returns>
    public bool Read(ReadOnlyMemory<byte> payload)
    {
        Numbers.Clear();
        Step = -1;
        Time = 0;
        _expected = 0;
        try
        {
            var reader = new MessagePackReader(payload);
            if (reader.ReadArrayHeader() != 2)
            {
                return false;
            }

            int kind = reader.ReadInt32();
            IsStart = kind == StartedKind;
            string prefix = s_prefixes.GetValueOrDefault(kind) ?? "other.";
            string infix = ReadMap(ref reader, prefix, top: true);
            if (infix.Length > 0)
            {
                for (int i = 0; i < Numbers.Count; i++)
                {
                    Numbers[i] = (string.Concat(prefix, infix, ".", Numbers[i].Name.AsSpan(prefix.Length)), Numbers[i].Value);
                }
            }

            return kind is StartedKind or StepKind || s_prefixes.ContainsKey(kind);
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException or OverflowException or InvalidOperationException)
        {
            // The checksum holds, so another version wrote it so.
            return false;
        }
    }

    private string ReadMap(ref MessagePackReader reader, string prefix, bool top)
    {
        string weights = "";
        int count = reader.ReadMapHeader();
        for (int i = 0; i < count; i++)
        {
            if (reader.NextMessagePackType != MessagePackType.String || !reader.TryReadStringSpan(out ReadOnlySpan<byte> key))
            {
                reader.Skip();
                reader.Skip();
                continue;
            }

            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Integer when top && key.SequenceEqual("step"u8):
                    Step = reader.ReadInt64();
                    break;
                case MessagePackType.Integer when top && key.SequenceEqual("epoch"u8):
                    reader.Skip();
                    break;
                case MessagePackType.Extension when top && key.SequenceEqual("time"u8):
                    Time = reader.ReadDateTime().Ticks;
                    break;
                case MessagePackType.Integer or MessagePackType.Float:
                    Numbers.Add((NameOf(key, prefix), reader.ReadDouble()));
                    break;
                case MessagePackType.String when top && key.SequenceEqual("weights"u8):
                    weights = reader.ReadString() is { } which && which != "model" ? which : "";
                    break;
                case MessagePackType.Map:
                    ReadMap(ref reader, NameOf(key, prefix) + ".", top: false);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return weights;
    }

    /// <summary>Records of a kind have their keys in the same order: the next name is nearly always the one behind the last.</summary>
    private string NameOf(ReadOnlySpan<byte> key, string prefix)
    {
        for (int tried = 0; tried < _names.Count; tried++)
        {
            int at = (_expected + tried) % _names.Count;
            if (ReferenceEquals(_names[at].Prefix, prefix) && key.SequenceEqual(_names[at].Key))
            {
                _expected = at + 1;
                return _names[at].Name;
            }
        }

        string name = prefix + Encoding.UTF8.GetString(key);
        // Prefixes of inner maps are made anew each time, and would fill the list.
        if (s_prefixes.Values.Any(known => ReferenceEquals(known, prefix)))
        {
            _names.Add((key.ToArray(), prefix, name));
        }

        return name;
    }
}
