using Xunit;

namespace StreamTrainer.Pipeline.Tests;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, "sample", null, "0 samples")]
    [InlineData(1, "sample", null, "1 sample")]
    [InlineData(2, "sample", null, "2 samples")]
    [InlineData(1, "class", "classes", "1 class")]
    [InlineData(1281167, "class", "classes", "1281167 classes")]
    public void TheNounGoesWithTheNumber(long count, string one, string? more, string expected) => Assert.Equal(expected, Counted.Of(count, one, more));
}
