using System.Text;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>A broken source of each kind: one error that says what, where and what to do, and no run; or, where only a sample is
/// broken, a run without that sample.</summary>
public sealed class BrokenSourceTests : IDisposable
{
    private readonly KindSet _set = new(Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg"), "*.JPEG").Order(StringComparer.Ordinal).Select(File.ReadAllBytes));

    public void Dispose() => _set.Dispose();

    [Theory]
    [InlineData("folder: empty class", "")]
    [InlineData("folder: no classes", "")]
    [InlineData("tar: cut", "")]
    [InlineData("tar: text", "")]
    [InlineData("tar: compressed", "")]
    [InlineData("webdataset: no member", "")]
    [InlineData("webdataset: bad json", "")]
    [InlineData("webdataset: archive missing", "")]
    [InlineData("imagenet: inner cut", "")]
    [InlineData("imagenet: truth short", "")]
    [InlineData("imagenet: no kit", "")]
    [InlineData("csv: label column", "")]
    [InlineData("csv: fields", "")]
    [InlineData("jsonl: bad line", "")]
    [InlineData("jsonl: no label", "")]
    [InlineData("parquet: label column", "")]
    [InlineData("parquet: cut", "")]
    [InlineData("idx: cut", "")]
    [InlineData("idx: no labels", "")]
    [InlineData("shards: file missing", "")]
    [InlineData("shards: file cut", "")]
    [InlineData("shards: index damaged", "")]
    [InlineData("http: no ranges", "")]
    [InlineData("http: missing", "")]
    [InlineData("http: forbidden", "")]
    [InlineData("http: file cut", "")]
    [InlineData("http: shard cut", "")]
    [InlineData("s3: forbidden", "")]
    [InlineData("s3: missing", "")]
    public async Task IsOneErrorAndNoRun(string what, string message)
    {
        using var server = new RangeServer(_ => what switch
        {
            "http: no ranges" => Fault.Whole,
            "http: forbidden" or "s3: forbidden" => Fault.Forbidden,
            _ => Fault.None,
        });
        var environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "KEYID0455",
            ["AWS_SECRET_ACCESS_KEY"] = "secret0455",
            ["AWS_ENDPOINT_URL"] = server.Address,
            ["AWS_REGION"] = "us-east-1",
        };
        string location = await Broken(what, server);
        (int code, string output, string error) = Executable.Run(environment, _set.Train("broken", location));
        File.AppendAllText("/tmp/kinds-x/out.txt", $"== {what} {code} {output}\n{error}\n");
        Assert.False(Directory.Exists(Path.Combine(_set.Runs, "broken")));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private async Task<string> Broken(string what, RangeServer server)
    {
        switch (what)
        {
            case "folder: empty class":
                Directory.CreateDirectory(_set.At("folder/n04"));
                return _set.Folder;
            case "folder: no classes":
                return _set.At("folder/n01");
            case "tar: cut":
                return Cut(_set.Tar());
            case "tar: text":
                return _set.Write("text.tar", "no archive, however long this is"u8.ToArray());
            case "tar: compressed":
                return _set.Write("packed.tar", [0x1f, 0x8b, .. new byte[600]]);
            case "webdataset: no member":
                return _set.WriteTar("w.tar", [("a.jpg", [1]), ("a.cls", "0"u8.ToArray()), ("b.jpg", [1])]);
            case "webdataset: bad json":
                return _set.WriteTar("w.tar", [("a.jpg", [1]), ("a.json", "{\"label\": 1"u8.ToArray())]);
            case "webdataset: archive missing":
                string list = _set.WebDataset(json: false);
                File.Delete(_set.At("cls-002.tar"));
                return list;
            case "imagenet: inner cut":
                byte[] inner = await File.ReadAllBytesAsync(_set.Tar());
                return _set.WriteTar("ILSVRC2012_img_train.tar", [("n01.tar", inner), ("n02.tar", inner[..1024])]);
            case "imagenet: truth short":
                string images = _set.ImageNetValidation(tar: false);
                await File.WriteAllTextAsync(_set.At("devkit/ILSVRC2012_validation_ground_truth.txt"), "1\n2\n");
                return images;
            case "imagenet: no kit":
                return _set.ImageNetValidation(tar: false) + "-nowhere";
            case "csv: label column":
                return _set.Csv() + "?label=species";
            case "csv: fields":
                await File.AppendAllTextAsync(_set.Csv(), "a.jpg\n");
                return _set.At("list.csv");
            case "jsonl: bad line":
                await File.AppendAllTextAsync(_set.JsonLines(), "{\"file_name\": \n");
                return _set.At("list.jsonl");
            case "jsonl: no label":
                await File.AppendAllTextAsync(_set.JsonLines(), "{\"file_name\": \"a.jpg\"}\n");
                return _set.At("list.jsonl");
            case "parquet: label column":
                return await _set.Parquet() + "?label=species";
            case "parquet: cut":
                return Cut(await _set.Parquet());
            case "idx: cut":
                return Cut(Idx());
            case "idx: no labels":
                string idx = Idx();
                File.Delete(_set.At("train-labels-idx1-ubyte"));
                return idx;
            case "shards: file missing":
                string pack = _set.Pack("coefficients");
                File.Delete(Payload(pack));
                return pack;
            case "shards: file cut":
                string short_ = _set.Pack("coefficients");
                Cut(Payload(short_));
                return short_;
            case "shards: index damaged":
                string damaged = _set.Pack("coefficients");
                byte[] index = await File.ReadAllBytesAsync(Path.Combine(damaged, "index.msgpack"));
                index[index.Length / 2] ^= 4;
                await File.WriteAllBytesAsync(Path.Combine(damaged, "index.msgpack"), index);
                return damaged;
            case "http: file cut":
                server.Files["/a.tar"] = await File.ReadAllBytesAsync(Cut(_set.Tar()));
                return $"{server.Address}/a.tar";
            case "http: shard cut":
                string remote = _set.Pack("coefficients");
                Cut(Payload(remote));
                foreach (string file in Directory.GetFiles(remote))
                {
                    server.Files[$"/{Path.GetFileName(file)}"] = await File.ReadAllBytesAsync(file);
                }

                return $"{server.Address}/index.msgpack";
            case "http: no ranges" or "http: forbidden" or "http: missing":
                server.Files["/a.tar"] = await File.ReadAllBytesAsync(_set.Tar());
                return $"{server.Address}/{(what == "http: missing" ? "nowhere" : "a")}.tar";
            default:
                return "s3://bucket/nowhere.tar";
        }
    }

    private string Idx() => _set.Idx([.. Enumerable.Range(0, _set.Count).Select(i => new byte[3 * 8 * 8])], 8);

    private static string Payload(string pack) => Directory.GetFiles(pack).Where(file => !file.EndsWith("index.msgpack", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();

    /// <summary>Takes away the last third of a file, as a copy that was broken off.</summary>
    private static string Cut(string path)
    {
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length * 2 / 3)]);
        return path;
    }
}
