using Microsoft.Extensions.Logging;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>Log messages of the demo data set; event ids from 1900.</summary>
internal static partial class DemoLog
{
    [LoggerMessage(1900, LogLevel.Information, "drew {Images} demo images into {Path} in {Seconds:0.0} s")]
    public static partial void Drawn(ILogger logger, int images, string path, double seconds);
}
