using System.Globalization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>What runs can be started on at the same time: slots without a device of their own, or one device each.</summary>
/// <param name="Devices">A slot's device, as <c>cuda:0</c>; null: the recipe's choice.</param>
internal sealed record DeviceSlots(IReadOnlyList<string?> Devices)
{
    private const string Cuda = "cuda:";
    private const int Most = 4096;

    /// <summary>How many there are.</summary>
    public int Count => Devices.Count;

    /// <summary>Reads the setting: a number, or names of devices with commas between.</summary>
    /// <exception cref="UserErrorException">It is neither.</exception>
    public static DeviceSlots Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= Most)
        {
            return new DeviceSlots(new string?[count]);
        }

        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.All(IsDevice) && names.Where(name => name != "cpu").Distinct().Count() == names.Count(name => name != "cpu")
            ? new DeviceSlots([.. names])
            : throw new UserErrorException($"StreamTrainer:Slots: '{text}' is neither a number from 1 nor devices, each once, as cuda:0,cuda:1 or cpu,cpu");
    }

    /// <summary>The lowest slots that are free; null where there are not so many.</summary>
    public IReadOnlyList<int>? Free(int wanted, IEnumerable<int> held)
    {
        var taken = held.ToHashSet();
        int[] free = [.. Enumerable.Range(0, Count).Where(slot => !taken.Contains(slot)).Take(wanted)];
        return free.Length == wanted ? free : null;
    }

    /// <summary>What shows a process no device but those of its slots: variables of its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment(IEnumerable<int> slots)
    {
        string[] named = [.. slots.Where(slot => slot < Count).Select(slot => Devices[slot]).OfType<string>()];
        return named.Length == 0
            ? new Dictionary<string, string>()
            : new Dictionary<string, string> { ["CUDA_VISIBLE_DEVICES"] = string.Join(',', named.Where(name => name != "cpu").Select(name => name[Cuda.Length..])) };
    }

    private static bool IsDevice(string name) =>
        name == "cpu" || (name.StartsWith(Cuda, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
