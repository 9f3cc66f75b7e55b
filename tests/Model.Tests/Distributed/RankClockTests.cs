using StreamTrainer.Model.Distributed;
using Xunit;

namespace StreamTrainer.Model.Tests.Distributed;

/// <summary>Which rank the others wait for.</summary>
public sealed class RankClockTests
{
    private readonly RankClock _clock = new(3, TimeSpan.FromSeconds(10));

    [Fact]
    public void TheOneBehindIsStuckWhereItDoesNotMoveForTheTimeout()
    {
        See(0, 4, 4, 4);
        See(5, 5, 5, 4);
        See(14, 5, 5, 4);
        Assert.Equal([2], See(15, 5, 5, 4));
    }

    [Fact]
    public void WhoComesLateIsNotStuck()
    {
        See(0, 5, 5, 4);
        Assert.Empty(See(9, 5, 5, 5));
        // The next time it is another one, and the waiting begins anew.
        See(10, 7, 6, 7);
        Assert.Empty(See(19, 7, 6, 7));
        Assert.Equal([1], See(20, 7, 6, 7));
    }

    [Fact]
    public void AllMayComputeForAsLongAsTheyLike()
    {
        See(0, 4, 4, 4);
        Assert.Empty(See(1000, 4, 4, 4));
    }

    [Fact]
    public void AllAreStuckWhereTheExchangeDoesNotEnd()
    {
        See(0, 5, 5, 5);
        Assert.Empty(See(9, 5, 5, 5));
        Assert.Equal([0, 1, 2], See(10, 5, 5, 5));
    }

    [Fact]
    public void OneThatStandsInAnExchangeThatOthersLeftIsBehind()
    {
        See(0, 5, 5, 5);
        See(1, 7, 5, 7);
        Assert.Equal([1], See(11, 7, 5, 7));
    }

    [Fact]
    public void AtTheEndNobodyIsWaitedFor()
    {
        See(0, 5, 4, 5);
        _clock.Left(2);
        Assert.Empty(See(100, 5, 4, 5));
    }

    private IReadOnlyList<int> See(int second, params long[] exchanges)
    {
        var now = TimeSpan.FromSeconds(second);
        for (int rank = 0; rank < exchanges.Length; rank++)
        {
            _clock.Saw(rank, exchanges[rank], now);
        }

        return _clock.Stuck(now);
    }
}
