using System.Formats.Tar;
using CsCheck;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed class TarSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadsBackWhatSystemFormatsTarWrote()
    {
        Gen<string> word = Gen.String[Gen.Char["abcxyz0189 _-äß"], 1, 45];
        Gen.Select(Gen.Enum<TarEntryFormat>().Where(format => format != TarEntryFormat.Unknown), word.Array[1, 3], Gen.Byte.Array[0, 2000].Array[1, 12], Gen.Bool)
            .Sample((format, folders, contents, directories) =>
            {
                // Old archives have 99 bytes for a name, ustar 100 and 155 for what is before a slash.
                bool old = format == TarEntryFormat.V7;
                string filler = new('n', format == TarEntryFormat.Ustar ? 60 : 150);
                string[] classes = [.. folders.Select((name, i) => $"c{i}{(old ? "" : name.Trim())}")];
                (string Name, byte[] Content)[] files =
                    [.. contents.Select((content, i) => ($"./train/{classes[i % classes.Length]}/{i}{(old || i % 2 == 0 ? "" : filler)}.JPG", content))];
                string path = Write("a.tar", format, files, directories ? [.. classes.Take(contents.Length).Select(name => "./train/" + name)] : []);
                using TarSource source = TarSource.Open(path);
                using var sample = new EncodedSample();
                Assert.Equal(files.Length, source.Count);
                for (int i = 0; i < files.Length; i++)
                {
                    source.Read(i, sample);
                    Assert.Equal(files[i].Content, sample.Bytes.ToArray());
                    Assert.Equal(classes[i % classes.Length], source.ClassNames[source.LabelOf(i)]);
                    Assert.Equal($"{path}:{files[i].Name[2..]}", source.NameOf(i));
                }
            }, iter: 100, threads: 1);
    }

    [Fact]
    public void ClassesAreInNaturalOrderAndFoldersAroundThemDoNotCount()
    {
        using TarSource source = TarSource.Open(Write("a.tar", TarEntryFormat.Ustar,
            [("set/val/10/a.png", [1]), ("set/val/2/deep/b.png", [2]), ("set/val/9/._c.png", [3]), ("set/val/9/c.webp", [4]), ("set/val/LICENSE", [5]), ("set/val/.ipynb_checkpoints/d.png", [6]), ("set/val/2/.old/e.png", [7])], []));
        Assert.Equal(["2", "9", "10"], source.ClassNames);
        Assert.Equal([2, 0, 1], Enumerable.Range(0, 3).Select(i => source.LabelOf(i)));
        using TarSource one = TarSource.Open(Write("b.tar", TarEntryFormat.Ustar, [("cat/1.png", [1]), ("cat/2.png", [2])], []));
        Assert.Equal(["cat"], one.ClassNames);
    }

    [Fact]
    public void TheCachedIndexIsTheSameAndIsNotUsedForAnotherArchive()
    {
        string path = Write("a.tar", TarEntryFormat.Pax, [("x/1.jpg", [1, 2]), ("y/2.jpg", [3])], []);
        string[] before = Describe(path);
        string cache = Assert.Single(Directory.GetFiles(DataCache.File("tar-index", ""), "*.idx"), file => new FileInfo(file).LastWriteTimeUtc >= new FileInfo(path).LastWriteTimeUtc
            && System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(path, StringComparison.Ordinal));
        Assert.Equal(before, Describe(path));

        // A damaged index is as good as none; every byte counts.
        byte[] bytes = File.ReadAllBytes(cache);
        bytes[^1] ^= 1;
        File.WriteAllBytes(cache, bytes);
        Assert.Equal(before, Describe(path));

        Write("a.tar", TarEntryFormat.Pax, [("x/1.jpg", [9, 9, 9]), ("z/2.jpg", [3])], []);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        Assert.Contains("z", string.Concat(Describe(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedArchiveIsNamedWhereverItEnds()
    {
        string whole = Write("whole.tar", TarEntryFormat.Ustar, [("x/1.jpg", new byte[700]), ("x/2.jpg", new byte[300])], []);
        byte[] bytes = File.ReadAllBytes(whole);
        // Headers at 0 and 1536, the contents end at 1212 and 2348; two blocks of zeros begin at 2560.
        foreach (int length in (int[])[1, 511, 512, 1000, 1212, 1300, 1536, 1537, 2047, 2048, 2347, 2348, 2560, 3071])
        {
            string path = _folder.File($"cut{length}.tar", bytes.AsSpan(0, length));
            var error = Assert.Throws<UserErrorException>(() => TarSource.Open(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
        }

        // One block of the two is enough: some programs write no more.
        using TarSource ended = TarSource.Open(_folder.File("ends.tar", bytes.AsSpan(0, 3072)));
        Assert.Equal(2, ended.Count);
    }

    [Theory]
    [InlineData("empty class", "class folder 'set/empty' holds no images")]
    [InlineData("no images", "holds no images")]
    [InlineData("top", "lies in no class folder")]
    [InlineData("gzip", "compressed")]
    [InlineData("text", "not a tar archive")]
    [InlineData("damaged", "damaged: no valid header at byte 1024")]
    [InlineData("missing", "no such file or folder (the path exists as far as ")]
    public void SaysWhatIsWrong(string what, string message)
    {
        string path = what switch
        {
            "empty class" => Write("a.tar", TarEntryFormat.Gnu, [("set/x/1.jpg", [1])], ["set", "set/x", "set/empty"]),
            "no images" => Write("a.tar", TarEntryFormat.Gnu, [("x/readme.txt", [1])], []),
            "top" => Write("a.tar", TarEntryFormat.Gnu, [("1.jpg", [1]), ("x/1.jpg", [1])], []),
            "gzip" => _folder.File("a.tar", [0x1f, 0x8b, .. new byte[1000]]),
            "text" => _folder.File("a.tar", System.Text.Encoding.ASCII.GetBytes(new string('x', 2000))),
            "damaged" => Damaged(),
            _ => Path.Combine(_folder.Path, "nowhere", "a.tar"),
        };
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatBecameShorterIsAnErrorOfTheSampleAlone()
    {
        string path = Write("a.tar", TarEntryFormat.Ustar, [("x/1.jpg", new byte[100]), ("x/2.jpg", new byte[600])], []);
        using TarSource source = TarSource.Open(path);
        using (FileStream file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(2000);
        }

        using var sample = new EncodedSample();
        source.Read(0, sample);
        Assert.Throws<EndOfStreamException>(() => source.Read(1, sample));
    }

    private string Damaged()
    {
        string path = Write("a.tar", TarEntryFormat.Ustar, [("x/1.jpg", [1]), ("x/2.jpg", [1])], []);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[1024 + 5] ^= 4;
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string[] Describe(string path)
    {
        using TarSource source = TarSource.Open(path);
        using var sample = new EncodedSample();
        return [.. Enumerable.Range(0, (int)source.Count).Select(i =>
        {
            source.Read(i, sample);
            return $"{source.NameOf(i)} {source.ClassNames[source.LabelOf(i)]} {Convert.ToHexString(sample.Bytes)}";
        })];
    }

    private string Write(string name, TarEntryFormat format, (string Name, byte[] Content)[] files, string[] folders)
    {
        string path = Path.Combine(_folder.Path, name);
        using FileStream file = File.Create(path);
        using var writer = new TarWriter(file, format);
        foreach (string folder in folders)
        {
            writer.WriteEntry(Entry(format, TarEntryType.Directory, folder, null));
        }

        foreach ((string entry, byte[] content) in files)
        {
            writer.WriteEntry(Entry(format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, entry, content));
        }

        return path;
    }

    private static System.Formats.Tar.TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, byte[]? content)
    {
        System.Formats.Tar.TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }
}
