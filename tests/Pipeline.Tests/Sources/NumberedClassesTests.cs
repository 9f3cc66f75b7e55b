using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>ImageNet-V2's layout: folders that are called by numbers.</summary>
public sealed class NumberedClassesTests : IDisposable
{
    private static readonly string[] s_names = [.. Enumerable.Range(0, 1000).Select(i => $"class {i}")];
    private static readonly int[] s_own = [.. Enumerable.Range(0, 1000)];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>In text order 10 and 100 come before 2 and 9, and a place in any order of these folders is no class number.</summary>
    [Fact]
    public void AClassIsTheNumberOfItsFolder()
    {
        int[] numbers = [2, 10, 9, 100, 999, 1];
        foreach (int number in numbers)
        {
            Make($"v2/{number}/image{number}.jpeg");
        }

        using ISampleSource source = NumberedClasses.Align(SampleSources.Open(Path.Combine(_folder.Path, "v2")), s_names, s_own);
        Assert.Equal(numbers.Length, source.Count);
        Assert.Same(s_names, source.ClassNames);
        for (long i = 0; i < source.Count; i++)
        {
            Assert.Equal(source.PathOf(i), $"{source.LabelOf(i)}/image{source.LabelOf(i)}.jpeg");
        }

        Assert.Equal(numbers.Order(), Enumerable.Range(0, numbers.Length).Select(i => source.LabelOf(i)));
    }

    [Fact]
    public void ANumberIsTheClassifiersOutputWhereThatIsAnother()
    {
        Make("v2/0/a.jpeg");
        Make("v2/12/a.jpeg");
        using ISampleSource source = NumberedClasses.Align(SampleSources.Open(Path.Combine(_folder.Path, "v2")), s_names, [.. s_own.Reverse()]);
        Assert.Equal([999, 987], [source.LabelOf(0), source.LabelOf(1)]);
    }

    [Theory]
    [InlineData("n01440764")]
    [InlineData("1000")]
    [InlineData("-1")]
    [InlineData("1.0")]
    public void AFolderThatIsNoClassNumberIsNamed(string name)
    {
        Make("v2/0/a.jpeg");
        Make($"v2/{name}/a.jpeg");
        UserErrorException error = Assert.Throws<UserErrorException>(() => NumberedClasses.Align(SampleSources.Open(Path.Combine(_folder.Path, "v2")), s_names, s_own));
        Assert.Contains($"has a class '{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("0 to 999", error.Message, StringComparison.Ordinal);
    }

    private void Make(string path) => _folder.File(path, [1, 2, 3]);
}
