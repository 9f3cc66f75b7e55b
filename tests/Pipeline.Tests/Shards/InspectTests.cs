using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

public sealed class InspectTests : IDisposable
{
    private readonly ShardSet _set = new(repeat: 1);

    public static TheoryData<ShardPayload> Payloads => PackTests.Payloads;

    public void Dispose() => _set.Dispose();

    [Theory]
    [MemberData(nameof(Payloads))]
    public void TellsWhatACropReads(ShardPayload payload)
    {
        string path = _set.Pack("pack", payload);
        PackInspection pack = ShardInspector.Pack(path);
        Assert.Equal(pack.Content.Samples, pack.Content.Kinds.Values.Sum());
        Assert.Equal(Directory.GetFiles(path).Sum(file => new FileInfo(file).Length), pack.Content.Bytes);
        using var source = ShardSource.Open(path);
        int smaller = 0;
        for (int i = 0; i < source.Count; i++)
        {
            ShardRow row = source.Index[i];
            if (row.Width < 80 || row.Height < 80 || source.PathOf(i).Contains("cut", StringComparison.Ordinal))
            {
                continue;
            }

            SampleInspection whole = ShardInspector.Sample(path, i, null), crop = ShardInspector.Sample(path, i, new CropBox(8, 8, 32, 32));
            Assert.Equal((row.Length, row.Length), (whole.Bytes, whole.BytesRead));
            Assert.Equal((row.Width, row.Height, source.PathOf(i)), (whole.Width, whole.Height, whole.Name));
            Assert.InRange(crop.BytesRead, 1, crop.Bytes);
            smaller += crop.BytesRead < crop.Bytes ? 1 : 0;
            if (row.Sampling != 0)
            {
                // The parts are all there is, without a gap.
                int at = 0;
                Assert.All(whole.Parts, part =>
                {
                    Assert.Equal(at, part.Offset);
                    at += part.Bytes;
                });
                Assert.Equal(whole.Bytes, at);
            }

            if (row.Kind is PayloadKind.Coefficients or PayloadKind.Indexed)
            {
                SampleInspection all = ShardInspector.Sample(path, i, new CropBox(0, 0, row.Width, row.Height));
                Assert.Equal((all.Bytes, 1), (all.BytesRead, all.Crop!.Ranges));
                Assert.True(crop.BytesRead < crop.Bytes / 2);
                Assert.Equal(whole.Parts[0].Bytes + whole.Parts[1].Bytes, row.Head);
            }
        }

        Assert.True(smaller > 5);
    }

    [Fact]
    public void SaysWhatIsWrong()
    {
        string path = _set.Pack("pack", ShardPayload.Copy);
        Assert.Contains("there is no sample 999", Assert.Throws<UserErrorException>(() => ShardInspector.Sample(path, 999, null)).Message, StringComparison.Ordinal);
        Assert.Contains("the box is not inside", Assert.Throws<UserErrorException>(() => ShardInspector.Sample(path, 0, new CropBox(0, 0, 100_000, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("the box is not inside", Assert.Throws<UserErrorException>(() => ShardInspector.Sample(path, 0, new CropBox(int.MaxValue, 0, int.MaxValue, 1))).Message, StringComparison.Ordinal);
        string text = _set.At("text.jpg");
        File.WriteAllText(text, "hello");
        Assert.Contains("not an image of a known format", Assert.Throws<UserErrorException>(() => ShardInspector.Image(text, null)).Message, StringComparison.Ordinal);
    }
}
