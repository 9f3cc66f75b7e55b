using System.Runtime.ExceptionServices;

namespace StreamTrainer.Host.Commands;

/// <summary>The one thread that a training or an evaluation runs on: libtorch's modes and scopes are the thread's.</summary>
internal static class TrainThread
{
    /// <summary>Runs the work on a thread of its own and waits for it; its error is thrown here.</summary>
    public static T Run<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { Name = "train" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
