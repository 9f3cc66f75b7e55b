using StreamTrainer.Host.Evaluations;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Evaluations;

/// <summary>Resolutions, crops and sets as they are written on the command line.</summary>
public sealed class GridOptionsTests
{
    [Theory]
    [InlineData("224", new[] { 224 })]
    [InlineData("160, 224", new[] { 160, 224 })]
    [InlineData("128..256", new[] { 128, 160, 192, 224, 256 })]
    [InlineData("128..256:64", new[] { 128, 192, 256 })]
    [InlineData("128..200:64,224,192", new[] { 128, 192, 224 })]
    [InlineData("224..224", new[] { 224 })]
    public void Resolutions_are_lists_and_ranges(string text, int[] sides) => Assert.Equal(sides, GridOptions.Resolutions(text));

    [Theory]
    [InlineData("")]
    [InlineData("224,")]
    [InlineData("big")]
    [InlineData("0")]
    [InlineData("5000")]
    [InlineData("-32")]
    [InlineData("128-384")]
    [InlineData("128..384:0")]
    [InlineData("128:32")]
    [InlineData("1..2..3")]
    [InlineData("128..")]
    [InlineData("384..128")]
    [InlineData("128..384:32:32")]
    public void What_is_no_resolution_is_told(string text) =>
        Assert.StartsWith("--resolutions: ", Assert.Throws<UserErrorException>(() => GridOptions.Resolutions(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Crops_are_shares()
    {
        Assert.Equal([0.875, 0.9, 0.95, 1.0], GridOptions.Crops("0.875,0.9, 0.95,1.0,1"));
        Assert.All((string[])["", "95", "0", "1.01", "-0.5", "0,95,1e-1", "NaN"], text =>
            Assert.StartsWith("--crops: '", Assert.Throws<UserErrorException>(() => GridOptions.Crops(text)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Sets_are_known_ones()
    {
        Assert.Equal(["real", "val"], TestSet.Parse("real, val,real"));
        Assert.Equal("--on: there is no test set 'imagenet'; there are val, real, v2", Assert.Throws<UserErrorException>(() => TestSet.Parse("val,imagenet")).Message);
    }
}
