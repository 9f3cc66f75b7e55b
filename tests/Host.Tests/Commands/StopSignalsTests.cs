using System.Runtime.InteropServices;
using StreamTrainer.Host.Commands;
using Xunit;

namespace StreamTrainer.Host.Tests.Commands;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public void The_first_asks_and_the_second_ends(PosixSignal signal, int code)
    {
        List<string> told = [];
        int? ended = null;
        using var signals = new StopSignals(told.Add, now => ended = now, []);
        Assert.False(signals.Token.IsCancellationRequested);

        signals.Receive(signal);
        Assert.True(signals.Token.IsCancellationRequested);
        Assert.Equal(code, signals.ExitCode);
        Assert.Single(told);
        Assert.Null(ended);

        signals.Receive(PosixSignal.SIGINT);
        Assert.Equal(130, ended);
        Assert.Single(told);
        // The exit code of an orderly end stays that of the signal that asked for it.
        Assert.Equal(code, signals.ExitCode);
    }

    [Fact]
    public void A_signal_after_the_end_does_no_harm()
    {
        var signals = new StopSignals(_ => { }, _ => { }, []);
        signals.Dispose();
        signals.Receive(PosixSignal.SIGTERM);
        Assert.Equal(143, signals.ExitCode);
    }

    [Fact]
    public void Work_runs_on_the_thread_for_training_and_throws_as_it_was_thrown()
    {
        Assert.Equal("train", TrainThread.Run(() => Thread.CurrentThread.Name));
        var error = Assert.Throws<InvalidOperationException>(() => TrainThread.Run<int>(() => throw new InvalidOperationException("why")));
        Assert.Equal("why", error.Message);
    }
}
