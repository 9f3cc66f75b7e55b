using StreamTrainer.Host.Recipes;
using Xunit;

namespace StreamTrainer.Host.Tests.Recipes;

public class NearestNameTests
{
    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void Distance_counts_edits_and_swaps(string a, string b, int distance)
    {
        Assert.Equal(distance, NearestName.Distance(a, b));
        Assert.Equal(distance, NearestName.Distance(b, a));
    }

    [Theory]
    [InlineData("epcohs", "epochs")]
    [InlineData("BATCHSIZE", "batchSize")]
    [InlineData("lr_", null)]
    [InlineData("zzz", null)]
    public void The_nearest_is_near_or_none(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Of(name, ["epochs", "batchSize", "seed"]));
}
