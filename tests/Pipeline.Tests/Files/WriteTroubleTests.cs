using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Tests.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Files;

/// <summary>Real errors of the system, where it gives them to an administrator, too.</summary>
public sealed class WriteTroubleTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AMissingFolderIsNamed()
    {
        string path = Path.Combine(_folder.Path, "none", "x.bin");
        Assert.Equal(new WriteTrouble($"there is no folder {Path.GetDirectoryName(path)}", "make it, or name another place", true), OfWriting(path));
    }

    [Fact]
    public void AFileInAFoldersPlaceIsNamed()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        foreach (string path in (string[])[Path.Combine(file, "x.bin"), Path.Combine(file, "deep", "x.bin")])
        {
            Assert.Equal(new WriteTrouble($"{file} is a file, not a folder", "name another place", true), OfWriting(path));
            Assert.Equal(new WriteTrouble($"{file} is a file, not a folder", "name another place", true), Of(() => Directory.CreateDirectory(path), path));
        }
    }

    [Fact]
    public void AFullDiskIsNoMistake()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full");
        WriteTrouble trouble = Of(() => File.WriteAllText("/dev/full", "x"), "/dev/full");
        Assert.Equal(new WriteTrouble("the disk is full", "make room", false), trouble);
    }

    [Fact]
    public void WhereNothingCanBeMadeItIsAMistake()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        Assert.True(OfWriting("/proc/x.bin").IsMistake);
        Assert.True(Of(() => Directory.CreateDirectory("/proc/x/y"), "/proc/x/y").IsMistake);
    }

    [Fact]
    public void RightsAreAMistake() =>
        Assert.Equal(new WriteTrouble("permission denied", "make it writable, or name another place", true), OfWriting(_folder.Path));

    private static WriteTrouble OfWriting(string path) => Of(() => File.WriteAllBytes(path, [1]), path);

    private static WriteTrouble Of(Action write, string path)
    {
        Exception error = Assert.ThrowsAny<Exception>(write);
        Assert.True(WriteTrouble.Is(error), error.ToString());
        return WriteTrouble.Of(error, path);
    }
}
