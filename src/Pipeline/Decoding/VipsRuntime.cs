using System.Globalization;
using NetVips;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>libvips as a decoder that runs where it is called: no threads of its own, no cache, no talk on stderr.</summary>
public static class VipsRuntime
{
    private static readonly Lazy<string> s_version = new(Start);

    // Kept for the process's life: libvips calls it.
    private static readonly Log.LogDelegate s_quiet = static (_, _, _) => { };

    /// <summary>libvips's version, as <c>8.18.7</c>.</summary>
    /// <exception cref="UserErrorException">libvips cannot be loaded.</exception>
    public static string Version => s_version.Value;

    /// <summary>The JPEG library inside libvips. It tells no version of its own; NetVips's binaries are built with mozjpeg.</summary>
    public static string JpegLibrary => $"inside libvips {Version}";

    /// <summary>Starts libvips, once a process. Any thread.</summary>
    /// <inheritdoc cref="Version"/>
    public static void Initialize() => _ = s_version.Value;

    private static string Start()
    {
        try
        {
            if (!ModuleInitializer.VipsInitialized)
            {
                throw new UserErrorException($"libvips cannot be loaded: {ModuleInitializer.Exception?.Message ?? "no reason given"}; run 'streamtrainer doctor'", ModuleInitializer.Exception!);
            }

            NetVips.NetVips.Concurrency = 1;
            Cache.Max = 0;
            Cache.MaxMem = 0;
            Cache.MaxFiles = 0;
            // Loaders that their authors call unsafe for files from anywhere.
            NetVips.NetVips.BlockUntrusted = true;
            // Damaged images are reported by us, with their names.
            _ = Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, s_quiet);
            return string.Create(CultureInfo.InvariantCulture, $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}");
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            throw new UserErrorException($"libvips cannot be loaded: {error.Message}; run 'streamtrainer doctor'", error);
        }
    }
}
