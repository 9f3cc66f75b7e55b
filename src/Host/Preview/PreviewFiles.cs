using System.Globalization;

namespace StreamTrainer.Host.Preview;

/// <summary>The pictures of a preview as files: <c>0-original.png</c>, <c>0-augmented.png</c>, and <c>0-given.png</c> where the network is given
/// another picture.</summary>
internal static class PreviewFiles
{
    /// <summary>The pictures of a sample, by what they show.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["original", "augmented", "given"];

    /// <summary>A picture's name.</summary>
    public static string Name(int sample, string kind) => string.Create(CultureInfo.InvariantCulture, $"{sample}-{kind}.png");

    /// <summary>Writes them into a folder.</summary>
    public static void Write(string folder, IReadOnlyList<PreviewCard> cards)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < cards.Count; i++)
        {
            foreach ((string kind, PreviewPicture? picture) in Kinds.Zip((PreviewPicture?[])[cards[i].Original, cards[i].Augmented, cards[i].Given]))
            {
                if (picture is not null)
                {
                    File.WriteAllBytes(Path.Combine(folder, Name(i, kind)), PngImage.Encode(picture));
                }
            }
        }
    }
}
