using System.Text;
using CsCheck;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Batching;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed class ListSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACsvIsReadAsItWasWritten()
    {
        Gen<string> text = Gen.String[Gen.Char["ab,\"\n\r äx"], 0, 8];
        Gen.Select(text.Array[3].Array[1, 6], Gen.OneOf(Gen.Const("\n"), Gen.Const("\r\n")), Gen.Bool).Sample((rows, end, last) =>
        {
            string csv = string.Join(end, rows.Select(row => string.Join(',', row.Select(Quoted)))) + (last ? end : "");
            var reader = new CsvReader(new StringReader(csv));
            foreach (string[] row in rows)
            {
                Assert.Equal(row, reader.Next());
            }

            Assert.Null(reader.Next());
            static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\n\r") >= 0 || field.Length == 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
        });
    }

    [Theory]
    [InlineData("a.csv", "id,Path,label\n1,x/1.jpg,7\n\n2,\"y,2.jpg\",0\n", "")]
    [InlineData("a.csv", "label,\"the file\"\r\n7,x/1.jpg\r\n0,\"y,2.jpg\"", "?path=the file")]
    [InlineData("a.csv", "file,kind,label\nx/1.jpg,7,a\n\"y,2.jpg\",0,b\n", "?label=kind")]
    [InlineData("a.jsonl", "{\"image\": \"x/1.jpg\", \"class\": 7}\n\n{\"class\": \"0\", \"image\": \"y,2.jpg\", \"more\": [1]}\n", "")]
    [InlineData("a.jsonl", "{\"file_name\": \"no\", \"f\": \"x/1.jpg\", \"l\": 7}\n{\"f\": \"y,2.jpg\", \"l\": 0}", "?label=l&path=f")]
    public void PathsAreSeenFromTheListAndNumbersAreClasses(string name, string text, string options)
    {
        _folder.File("set/x/1.jpg", [1]);
        _folder.File("set/y,2.jpg", [2, 2]);
        using ISampleSource source = SampleSources.Open(_folder.File($"set/{name}", Encoding.UTF8.GetBytes(text)) + options);
        Assert.Equal((2, 8), (source.Count, source.ClassNames.Count));
        Assert.Equal([7, 0], Enumerable.Range(0, 2).Select(i => source.LabelOf(i)));
        using var sample = new EncodedSample();
        source.Read(1, sample);
        Assert.Equal([2, 2], sample.Bytes.ToArray());
        Assert.Equal(Path.Combine(_folder.Path, "set", "x/1.jpg"), source.NameOf(0));
    }

    [Fact]
    public void NamesAreNumberedInNaturalOrder()
    {
        using ISampleSource source = SampleSources.Open(_folder.File("a.csv", "path,label\na,n10\nb,n9\nc,n10\n"u8));
        Assert.Equal(["n9", "n10"], source.ClassNames);
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(i => source.LabelOf(i)));
    }

    [Theory]
    [InlineData("a.csv", "name,label\n", "", "a.csv: no column is called path, file, file_name, filename, image or image_path; it has 'name', 'label'; name one by '?path=NAME'")]
    [InlineData("a.csv", "path,label\na,b\n", "?label=species", "a.csv: there is no column 'species'; it has 'path', 'label'")]
    [InlineData("a.csv", "path,label\na,b\nc\n", "", "a.csv(3): has 1 field, and the first line names 2")]
    [InlineData("a.csv", "path,label\na,b\nc,\"d\n\n", "", "a.csv(3): a quote is not closed")]
    [InlineData("a.csv", "path,label\na,\n", "", "a.csv(2): names no class")]
    [InlineData("a.csv", "path,label\n", "", "a.csv: names no images")]
    [InlineData("a.csv", "", "", "a.csv: is empty")]
    [InlineData("a.jsonl", "{\"path\": \"a\", \"label\": 1}\n{\"path\": \"a\", \"label\": 1\n", "", "a.jsonl(2): no JSON object")]
    [InlineData("a.jsonl", "{\"path\": \"a\", \"label\": 1}\n{\"path\": \"a\"}\n", "", "a.jsonl(2): has no 'label' that is a text or a number")]
    [InlineData("a.jsonl", "{\"path\": \"a\", \"label\": 1}\n{\"path\": \"a\", \"label\": \"x\"}\n", "", "a.jsonl: 1 classes are numbers and others are not")]
    [InlineData("a.txt", "x", "?label=x", "path and label name the columns of a list")]
    [InlineData("a.csv", "path,label\na,b\n", "?label=", "the name of a column is wanted")]
    public void SaysWhatIsWrong(string name, string text, string options, string message)
    {
        string path = _folder.File(name, Encoding.UTF8.GetBytes(text));
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => SampleSources.Open(path + options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNotThereIsABadSampleAndNoMore()
    {
        for (int i = 0; i < 10; i++)
        {
            _folder.File($"{i}.jpg", new byte[9]);
        }

        string list = _folder.File("a.csv", Encoding.UTF8.GetBytes("path,label\n" + string.Concat(Enumerable.Range(0, 11).Select(i => $"{i}.jpg,0\n"))));
        using ISampleSource source = SampleSources.Open(list);
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(11), transform: () => new FakeTransform(slow: false));
        using StreamTrainer.Pipeline.Batching.Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
        Assert.True(pipeline.TryTakeBad(out BadSample bad));
        Assert.Equal((10, Path.Combine(_folder.Path, "10.jpg")), (bad.Index, bad.Name));
        Assert.StartsWith("cannot be read", bad.Reason, StringComparison.Ordinal);
    }
}
