using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using Microsoft.Extensions.Logging;
using NetVips;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>
/// The data set that needs no download: ten classes of textured shapes, 5,000 JPEGs to train on and 1,000 held out, drawn at
/// first use into a tar in the cache (<see cref="DataCache"/>).
/// </summary>
public static class DemoDataset
{
    private static readonly Lock s_writing = new();

    /// <summary>Makes sure that a part is there.</summary>
    /// <param name="part"><c>train</c> or <c>val</c>.</param>
    /// <param name="logger">Told when the images are drawn.</param>
    /// <returns>The path of a tar with entries <c>part/class/number.jpg</c>.</returns>
    /// <remarks>May be called from any thread, and from several processes at once: each writes a file of its own, the last
    /// rename wins, and both hold the same.</remarks>
    /// <exception cref="UserErrorException">There is no such part, or the cache cannot be written.</exception>
    public static string Ensure(string part, ILogger? logger = null)
    {
        DemoPart which = part switch
        {
            "train" => DemoPart.Train,
            "val" => DemoPart.Val,
            _ => throw new UserErrorException($"demo:{part}: the demo data set has the parts demo:train and demo:val"),
        };
        string path = DataCache.File("demo", string.Create(CultureInfo.InvariantCulture, $"demo-v{DemoClasses.Version}-{part}.tar"));
        lock (s_writing)
        {
            if (!File.Exists(path))
            {
                try
                {
                    long start = Stopwatch.GetTimestamp();
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    AtomicFile.Write(path, stream => Write(stream, which, part));
                    if (logger is not null)
                    {
                        DemoLog.Drawn(logger, DemoClasses.Images(which), path, Stopwatch.GetElapsedTime(start).TotalSeconds);
                    }
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    throw new UserErrorException($"{path}: the demo's images cannot be written: {WriteTrouble.Of(error, path).Reason}; name another folder in {DataCache.Variable}", error);
                }
            }
        }

        return path;
    }

    private static void Write(Stream stream, DemoPart part, string folder)
    {
        VipsRuntime.Initialize();
        var images = new byte[DemoClasses.Images(part)][];
        Parallel.For(0, images.Length, index => images[index] = Encode(DemoScene.Draw(part, index)));
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        for (int index = 0; index < images.Length; index++)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"{folder}/{DemoClasses.Names[index % DemoClasses.Count]}/{index / DemoClasses.Count:D4}.jpg");
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(images[index]),
                // Fixed, so that two machines with the same libraries make the same file.
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }
    }

    private static byte[] Encode(DemoScene scene)
    {
        byte[] pixels = DemoPainter.Paint(scene);
        using Image raw = Image.NewFromMemory(pixels, scene.Size.Width, scene.Size.Height, 3, Enums.BandFormat.Uchar);
        using Image image = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return image.JpegsaveBuffer(q: scene.Quality);
    }
}
