using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>A fingerprint is the data's: the same wherever and whenever it is taken, another once anything is changed.</summary>
public sealed class SourceFingerprintTests(EveryKind kinds) : IClassFixture<EveryKind>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryKindSaysWhenItsBytesHaveChanged() => Assert.All(EveryKind.Names, name =>
    {
        using ISampleSource source = SampleSources.Open(kinds.Locations[name]), again = SampleSources.Open(kinds.Locations[name]);
        Assert.NotEmpty(source.ContentVersion);
        Assert.Equal(Of(source), Of(again));
    });

    [Fact]
    public void AnythingThatIsChangedChangesIt()
    {
        string image = _folder.File("set/a/1.jpg", [1, 2, 3]);
        _folder.File("set/b/2.jpg", [4, 5]);
        HashSet<string> seen = [Taken()];
        Assert.Contains(Taken(), seen);
        // Other bytes, as many: the time is another.
        DateTime time = File.GetLastWriteTimeUtc(image);
        _folder.File("set/a/1.jpg", [3, 2, 1]);
        File.SetLastWriteTimeUtc(image, time.AddSeconds(1));
        Assert.True(seen.Add(Taken()));
        // At the same time, more bytes.
        _folder.File("set/a/1.jpg", [3, 2, 1, 0]);
        File.SetLastWriteTimeUtc(image, time.AddSeconds(1));
        Assert.True(seen.Add(Taken()));
        File.Move(image, Path.Combine(_folder.Path, "set/a/3.jpg"));
        Assert.True(seen.Add(Taken()));
        Directory.Move(Path.Combine(_folder.Path, "set/b"), Path.Combine(_folder.Path, "set/c"));
        Assert.True(seen.Add(Taken()));
        // A part of a set is another set.
        Assert.True(seen.Add(Taken("?holdout=1&part=train")));
        Assert.True(seen.Add(Taken("?holdout=1&part=holdout")));

        string Taken(string part = "")
        {
            using ISampleSource source = SampleSources.Open(Path.Combine(_folder.Path, "set") + part);
            return Of(source);
        }
    }

    private static string Of(ISampleSource source) => SourceFingerprint.Of(source, TestContext.Current.CancellationToken);
}
