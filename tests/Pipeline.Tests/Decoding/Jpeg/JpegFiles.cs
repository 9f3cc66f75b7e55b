using System.Globalization;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Files that cover what cjpeg and jpegtran can make of the kinds that we decode.</summary>
internal static class JpegFiles
{
    private static readonly string[] s_samplings = ["1x1", "2x1", "1x2", "2x2", "4x1"];

    private static readonly (int Width, int Height)[] s_sizes =
        [(1, 1), (1, 17), (7, 9), (8, 8), (16, 16), (17, 15), (31, 33), (33, 31), (64, 5), (5, 64), (97, 61), (130, 140)];

    /// <summary>Sequential files of one scan, with names for messages.</summary>
    public static IEnumerable<(string Name, byte[] Jpeg)> Sequential()
    {
        foreach (string[] colour in (string[][])[.. s_samplings.Select(sampling => (string[])["-sample", sampling]), ["-grayscale"], ["-rgb"]])
        {
            foreach ((int width, int height) in s_sizes)
            {
                int index = width + height;
                string[] options =
                [
                    .. colour, "-quality", (10 + (index % 90)).ToString(CultureInfo.InvariantCulture),
                    .. (index % 3) switch { 0 => (string[])[], 1 => ["-restart", "1"], _ => ["-restart", $"{1 + (index % 7)}B"] },
                    .. index % 2 == 0 ? (string[])["-optimize"] : [],
                ];
                yield return Make(width, height, options);
            }
        }

        for (int quality = 1; quality <= 100; quality++)
        {
            yield return Make(45, 37, "-quality", quality.ToString(CultureInfo.InvariantCulture), "-sample", s_samplings[quality % 5]);
        }

        for (int interval = 1; interval <= 40; interval++)
        {
            yield return Make(70, 50, "-quality", "75", "-restart", $"{interval}B");
        }

        // Scans of more than one piece of the decoder's buffer, with and without markers.
        foreach (string[] options in (string[][])[["-quality", "100"], ["-quality", "97", "-restart", "1"], ["-quality", "95", "-optimize", "-restart", "500B"]])
        {
            yield return Make(400, 300, ["-sample", "1x1", .. options]);
        }
    }

    /// <summary>Files of several scans: progressive ones, and sequential ones of one scan for each component.</summary>
    public static IEnumerable<(string Name, byte[] Jpeg, byte[] Twin)> Scans()
    {
        foreach ((string name, byte[] jpeg) in Sequential().Where((_, index) => index % 3 == 0))
        {
            yield return ($"{name} -progressive", JpegTools.Transcode(jpeg, "-progressive"), jpeg);
            yield return ($"{name} -progressive -restart", JpegTools.Transcode(jpeg, "-progressive", "-restart", "5B"), jpeg);
            bool grey = name.Contains("gray", StringComparison.Ordinal);
            foreach (string script in grey
                ? (string[])["0: 0-0, 0, 0; 0: 1-5, 0, 3; 0: 6-63, 0, 3; 0: 1-63, 3, 2; 0: 1-63, 2, 1; 0: 1-63, 1, 0;"]
                : ["0;1;2;", "0,1;2;", "0;1,2;", "0,1,2: 0-0, 0, 2; 2: 1-63, 0, 1; 0: 1-63, 0, 0; 0,1,2: 0-0, 2, 1; 1: 1-63, 0, 0; 0,1,2: 0-0, 1, 0; 2: 1-63, 1, 0;"])
            {
                yield return ($"{name} -scans {script}", JpegTools.TranscodeByScript(jpeg, script), jpeg);
            }
        }
    }

    private static (string Name, byte[] Jpeg) Make(int width, int height, params string[] options) =>
        ($"{width}x{height} {string.Join(' ', options)}", JpegTools.Encode(width, height, options));
}
