using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Batch norm's running mean and variance over the ranks, each of which saw other images: timm's <c>distribute_bn</c>. Those of the
/// average are made one too: it is linear, so it stays the average of the united ones.</summary>
internal static class RunningStatistics
{
    /// <summary>Makes them one, on all ranks to the bit.</summary>
    public static void Unite(TrainState state, IRanks ranks, StatisticsUnion union)
    {
        if (union == StatisticsUnion.None)
        {
            return;
        }

        using var guard = no_grad();
        using var scope = NewDisposeScope();
        (string Name, Tensor Value)[] buffers = [.. state.Model.named_buffers().Select(entry => (entry.name, entry.buffer))];
        IEnumerable<Tensor> averages = state.Ema?.Buffers.Where((_, i) => IsStatistic(buffers[i].Name)) ?? [];
        Tensor[] statistics = [.. buffers.Where(buffer => IsStatistic(buffer.Name)).Select(buffer => buffer.Value).Concat(averages)];
        if (statistics.Length == 0)
        {
            return;
        }

        Tensor all = cat([.. statistics.Select(each => each.flatten().to(ScalarType.Float64).cpu())]);
        double[] values = all.data<double>().ToArray();
        if (union == StatisticsUnion.Broadcast && ranks.Rank != 0)
        {
            Array.Clear(values);
        }

        ranks.Sum(values);
        double parts = union == StatisticsUnion.Reduce ? ranks.Size : 1;
        Tensor united = tensor(values).div_(Scalars.Of(parts));
        long offset = 0;
        foreach (Tensor each in statistics)
        {
            long count = each.numel();
            each.copy_(united.narrow(0, offset, count).view(each.shape));
            offset += count;
        }
    }

    private static bool IsStatistic(string name) =>
        name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);
}
