using System.Diagnostics;
using System.Globalization;

namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>How often and how long a request is still tried.</summary>
internal sealed class Patience(TimeSpan all)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _tries;

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="UserErrorException">Enough was tried.</exception>
    public void WaitAfter(TransientException error, string name)
    {
        _tries++;
        TimeSpan passed = Stopwatch.GetElapsedTime(_start);
        if (passed >= all)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: cannot be read: {error.Message}; tried {_tries} times in {passed.TotalSeconds:F0} s. Look at the network and the server; a run that had begun goes on with 'resume'"), error);
        }

        RemoteOptions options = RemoteOptions.Current;
        double most = Math.Min(options.LongestPause.TotalMilliseconds, options.FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(_tries - 1, 20)));
        double pause = Math.Max(Random.Shared.NextDouble() * most, Math.Min((error.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds, 30_000));
        Thread.Sleep(TimeSpan.FromMilliseconds(pause));
    }
}
