using System.Globalization;
using System.Text;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Distributed;

/// <summary>Which rank computes on which device.</summary>
internal static class RankDevices
{
    private const string Cpu = " cpu";

    /// <summary>Looks whether every rank has a GPU to itself, or all compute on CPUs.</summary>
    /// <param name="devices">By rank: its host, a space, its device; UTF-8.</param>
    /// <exception cref="UserErrorException">It is not so.</exception>
    public static void Check(IReadOnlyList<byte[]> devices)
    {
        string[] names = [.. devices.Select(Encoding.UTF8.GetString)];
        bool[] onCpu = [.. names.Select(name => name.EndsWith(Cpu, StringComparison.Ordinal))];
        if (onCpu.Distinct().Count() > 1)
        {
            int gpu = Array.IndexOf(onCpu, false), cpu = Array.IndexOf(onCpu, true);
            throw new UserErrorException(Text($"train.device: rank {gpu} computes on {names[gpu]} and rank {cpu} on {names[cpu]}; ranks compute all on GPUs or all on CPUs: set train.device to cpu, or start ranks only where there are GPUs"));
        }

        for (int rank = 1; rank < names.Length; rank++)
        {
            int first = Array.IndexOf(names, names[rank]);
            if (!onCpu[rank] && first < rank)
            {
                throw new UserErrorException(Text($"train.device: ranks {first} and {rank} both compute on {names[rank]}; start as many ranks on a host as it has GPUs"));
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
