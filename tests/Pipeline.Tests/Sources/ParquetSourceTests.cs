using CsCheck;
using Parquet;
using Parquet.Schema;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Batching;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed class ParquetSourceTests : IDisposable
{
    private const string Names = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog", "emu"], "_type": "ClassLabel"}}}}""";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RowsAreSamplesAndTheDescriptionNamesTheClasses()
    {
        await Write("train-0.parquet", Names, ([[1], [2, 2]], [0, 2]), ([[3, 3, 3]], [1]));
        await Write("train-1.parquet", Names, ([[4]], [0]));
        foreach (string location in (string[])[At("train-{0..1}.parquet"), _folder.Path])
        {
            SampleSources.CheckExists("data.train", location);
            using ISampleSource source = SampleSources.Open(location);
            Assert.Equal(["cat", "dog", "emu"], source.ClassNames);
            Assert.Equal(["0 01", "2 0202", "1 030303", "0 04"], Describe(source));
            Assert.Equal([At("train-0.parquet#2"), At("train-1.parquet#0")], Enumerable.Range(2, 2).Select(i => source.NameOf(i)));
        }

        await Write("bare.parquet", null, ([[1], [2]], [3, 1]));
        using ISampleSource bare = SampleSources.Open(At("bare.parquet?label=label&path=image"));
        Assert.Equal(4, bare.ClassNames.Count);
        Assert.Equal(["3 01", "1 02"], Describe(bare));
    }

    [Fact]
    public async Task ClassesMayBeTexts()
    {
        var schema = new ParquetSchema(new DataField("img", typeof(byte[]), isNullable: false), new DataField<string>("class"));
        await using (FileStream file = File.Create(At("t.parquet")))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file, cancellationToken: TestContext.Current.CancellationToken))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], new byte[][] { [1], [2, 2], [3] });
            await group.WriteAsync(schema.DataFields[1], new[] { "b10", "b9", "b10" });
            group.CompleteValidate();
        }

        using ISampleSource source = SampleSources.Open(At("t.parquet"));
        Assert.Equal(["b9", "b10"], source.ClassNames);
        Assert.Equal(["1 01", "0 0202", "1 03"], Describe(source));
    }

    [Fact]
    public async Task BatchesAreTheSameHoweverManyReadAndInWhateverOrder()
    {
        var random = new Random(1);
        await Write("a.parquet", null, [.. Enumerable.Range(0, 6).Select(group => (Enumerable.Range(0, 7).Select(i => (byte[]?)[.. Enumerable.Repeat((byte)(group * 7 + i), 9)]).ToArray(), Enumerable.Range(0, 7).Select(i => (long?)random.Next(4)).ToArray()))]);
        using ISampleSource source = SampleSources.Open(At("a.parquet"));
        PipelinePlan plan = Flow.Plan(5, epochs: 3);
        List<string> alone = Flow.All(Flow.Open(source, plan, 1, 1, transform: () => new FakeTransform(slow: false)));
        Assert.Equal(24, alone.Count);
        Assert.Equal(alone, Flow.All(Flow.Open(source, plan, 4, 3, transform: () => new FakeTransform(slow: false))));
    }

    [Theory]
    [InlineData("label column", "a.parquet: there is no column 'species' that holds whole numbers or texts; it has 'image/bytes' (bytes)")]
    [InlineData("no image", "a.parquet: no column of the right kind is called image, img, jpg, image_bytes or bytes; it has 'label' (whole numbers); name one by '?path=NAME'")]
    [InlineData("null label", "a.parquet: column 'label' has rows without a class")]
    [InlineData("too many classes", "a.parquet: has class 3, and names only 3 classes")]
    [InlineData("cut", "a.parquet: cannot be read as Parquet")]
    [InlineData("text", "a.parquet: cannot be read as Parquet")]
    public async Task SaysWhatIsWrong(string what, string message)
    {
        string path = At("a.parquet");
        await Write("a.parquet", Names, ([[1], [2]], what switch { "null label" => [0, null], "too many classes" => [0, 3], _ => [0, 1] }));
        switch (what)
        {
            case "label column":
                path += "?label=species";
                break;
            case "no image":
                await WriteLabels(path);
                break;
            case "cut":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
                break;
            case "text":
                File.WriteAllText(path, "PAR1 no PAR1");
                break;
        }

        Assert.Contains(message, Assert.Throws<UserErrorException>(() => SampleSources.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARowWithoutAnImageIsABadSampleAndNoMore()
    {
        await Write("a.parquet", null, ([new byte[9], null, new byte[9]], [0, 0, 0]));
        using ISampleSource source = SampleSources.Open(At("a.parquet"));
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(3), transform: () => new FakeTransform(slow: false));
        using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
        Assert.True(pipeline.TryTakeBad(out BadSample bad));
        Assert.Equal(new BadSample(1, At("a.parquet#1"), "cannot be read: the row has no image"), bad);
    }

    [Fact]
    public void WhatIsUsedIsKeptAndTheRestGoes()
    {
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 9].Array[1, 200]).Sample((limit, keys) =>
        {
            int made = 0;
            var kept = new RecentlyUsed<int, string>(key => $"{key}:{made++}", _ => 10, limit);
            var recent = new List<int>();
            foreach (int key in keys)
            {
                int before = made;
                Assert.StartsWith($"{key}:", kept.Get(key), StringComparison.Ordinal);
                Assert.Equal(recent.Take(Math.Max(2, limit / 10)).Contains(key), made == before);
                recent.Remove(key);
                recent.Insert(0, key);
            }
        });
        int tries = 0;
        var failing = new RecentlyUsed<int, int>(_ => ++tries == 1 ? throw new IOException("once") : tries, _ => 1, 10);
        Assert.Throws<IOException>(() => failing.Get(1));
        Assert.Equal(2, failing.Get(1));
    }

    private static string[] Describe(ISampleSource source)
    {
        using var sample = new EncodedSample();
        return [.. Enumerable.Range(0, (int)source.Count).Select(i =>
        {
            source.Read(i, sample);
            return $"{source.LabelOf(i)} {Convert.ToHexString(sample.Bytes)}";
        })];
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private async Task Write(string name, string? description, params (byte[]?[] Images, long?[] Labels)[] groups)
    {
        var bytes = new DataField("bytes", typeof(byte[]), isNullable: true);
        var label = new DataField("label", typeof(long), isNullable: true);
        var schema = new ParquetSchema(new StructField("image", bytes), label);
        await using FileStream file = File.Create(At(name));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file);
        if (description is not null)
        {
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = description };
        }

        foreach ((byte[]?[] images, long?[] labels) in groups)
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], images!);
            await group.WriteAsync<long>(schema.DataFields[1], labels);
            group.CompleteValidate();
        }
    }

    private static async Task WriteLabels(string path)
    {
        var schema = new ParquetSchema(new DataField<long>("label"));
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync<long>(schema.DataFields[0], new long[] { 1 });
    }
}
