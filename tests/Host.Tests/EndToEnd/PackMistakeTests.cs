using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>What users do wrong with shards: one clear line, exit code 2, nothing left behind.</summary>
public sealed class PackMistakeTests(PackMistakeTests.Fixture fixture) : IClassFixture<PackMistakeTests.Fixture>
{
    [Theory]
    [InlineData("pack nowhere shards", "nowhere: no such file or folder")]
    [InlineData("pack SOURCE", "DEST is missing")]
    [InlineData("pack SOURCE shards --payload coeficients", "--payload: there is no 'coeficients'; take copy, indexed, coefficients")]
    [InlineData("pack SOURCE shards --shard-size many", "--shard-size: 'many' is no size")]
    [InlineData("pack SOURCE shards --shard-size 1KiB", "--shard-size: '1KiB' is no size of at least 64KiB")]
    [InlineData("pack SOURCE shards --quality 101", "--quality: 101 is not 1 to 100")]
    [InlineData("pack SOURCE shards --max-side 3", "--max-side: 3 is not 16 to 65500")]
    [InlineData("pack SOURCE shards --workers 0", "--workers: 0 is not 1 to 1024")]
    [InlineData("pack SOURCE SOURCE", "holds 'class")]
    [InlineData("pack SOURCE SOURCE/packed", "lies in the folder that is packed")]
    [InlineData("pack --verify SOURCE --quality 5", "--quality has no meaning with --verify")]
    [InlineData("pack SOURCE shards --source x", "--source belongs to --verify")]
    [InlineData("pack --verify SOURCE", "holds no shards")]
    [InlineData("pack --verify SOURCE --samples some", "--samples: 'some' is neither a number nor 'all'")]
    [InlineData("unpack SOURCE again", "holds no shards")]
    [InlineData("inspect nowhere", "nowhere: no such file or folder")]
    [InlineData("inspect SOURCE", "holds no shards")]
    [InlineData("inspect SOURCE/class0/1.jpg --sample 3", "--sample: ")]
    [InlineData("inspect SOURCE/class0/1.jpg --crop 1,2", "--crop: '1,2' is not TOP,LEFT,HEIGHT,WIDTH")]
    [InlineData("inspect SOURCE/class0/1.jpg --crop 0,0,21,20", "the box is not inside")]
    public void AMistakeIsExplained(string arguments, string message)
    {
        string source = Path.Combine(fixture.Folder, "train"), shards = Path.Combine(fixture.Folder, "shards");
        (int code, string output, string error) = Executable.Run(arguments.Split(' ').Select(word => word.StartsWith("SOURCE", StringComparison.Ordinal) ? source + word[6..] : word == "shards" ? shards : word));
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shards));
    }

    /// <summary>A few images that all tests look at and none changes.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly SmallRun _small = new(perClass: 4);

        public string Folder => _small.Folder;

        public void Dispose() => _small.Dispose();
    }
}
