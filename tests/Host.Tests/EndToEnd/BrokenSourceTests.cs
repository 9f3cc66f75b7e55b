using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>A broken source of each kind: one error that says what, where and what to do, and no run; or, where only a sample is
/// broken, a run without that sample.</summary>
public sealed class BrokenSourceTests : IDisposable
{
    private readonly KindSet _set = new(Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg"), "*.JPEG").Order(StringComparer.Ordinal).Select(File.ReadAllBytes));

    private readonly PublishedSets _published;

    public BrokenSourceTests() => _published = new PublishedSets(_set.Path, [.. Enumerable.Range(0, PublishedSets.All).Select(i => (byte[])[(byte)i])]);

    public void Dispose() => _set.Dispose();

    [Theory]
    [InlineData("folder: empty class", "SET/folder/n04: class folder without images (files that end in .jpg .jpeg .png .webp .tif .tiff .gif); fill it or remove it")]
    [InlineData("folder: no classes", "SET/folder/n01: has no folders; a data set is a folder with a sub-folder of images for each class")]
    [InlineData("tar: cut", "SET/plain.tar: truncated: 'train/n0")]
    [InlineData("tar: text", "SET/text.tar: not a tar archive, nor another kind of source; name a folder")]
    [InlineData("tar: compressed", "SET/packed.tar: compressed; samples are read in place, so unpack it to a plain .tar first")]
    [InlineData("webdataset: no member", "SET/w.tar: 'b.jpg' has neither 'b.cls' nor 'b.json' beside it; add its class, or remove it from the archive")]
    [InlineData("webdataset: bad json", "SET/w.tar: 'a.json' is no JSON: '1' is an invalid end of a number. Expected a delimiter; mend it, or remove the sample from the archive")]
    [InlineData("webdataset: archive missing", "SET/cls-002.tar: no such file or folder (the path exists as far as SET)")]
    [InlineData("imagenet: inner cut", "SET/ILSVRC2012_img_train.tar:n02.tar: truncated: 'train/n01/ILSVRC2012_val_00000001.JPEG'")]
    [InlineData("imagenet: truth short", "SET/flat: 'ILSVRC2012_val_00000003.JPEG' is no validation image of SET/devkit, which knows the numbers 1 to 2 (ILSVRC2012_val_00000001.JPEG); name the kit")]
    [InlineData("imagenet: no kit", "SET/devkit-nowhere: cannot be read as ImageNet's development kit: no such file; name the folder of ILSVRC2012_devkit_t12, or its .tar.gz")]
    [InlineData("csv: label column", "SET/list.csv: there is no column 'species'; it has 'path', 'label'; name one of them by '?label=NAME'")]
    [InlineData("csv: fields", "SET/list.csv(14): has 1 field, and the first line names 2; mend the line")]
    [InlineData("jsonl: bad line", "SET/list.jsonl(13): no JSON object: Expected depth to be zero")]
    [InlineData("jsonl: no label", "SET/list.jsonl(13): has no 'label' that is a text or a number; add it, or remove the line")]
    [InlineData("parquet: label column", "SET/rows.parquet: there is no column 'species' that holds whole numbers or texts; it has 'image/bytes' (bytes), 'label' (whole numbers); name one of them")]
    [InlineData("parquet: cut", "SET/rows.parquet: cannot be read as Parquet: not a parquet file")]
    [InlineData("idx: cut", "SET/train-images-idx4-ubyte: truncated: it should have 2324 bytes and has 1549; download it again")]
    [InlineData("idx: no labels", "SET/train-labels-idx1-ubyte: missing; it holds the labels of SET/train-images-idx4-ubyte: put it there")]
    [InlineData("flowers: no part", "SET/flowers: is Flowers-102, whose setid.mat deals the images to parts; name one: ?split=train, val, trainval")]
    [InlineData("flowers: labels missing", "SET/flowers/imagelabels.mat: missing; it holds the images' classes: put it beside setid.mat")]
    [InlineData("cars: annotations cut", "SET/cars/devkit/cars_train_annos.mat: cannot be read: it is damaged; download it again")]
    [InlineData("cars: images missing", "SET/cars/cars_train/00001.jpg: not there, and SET/cars names it; unpack cars_train.tgz in the folder")]
    [InlineData("inat: cut", "SET/inat/train2019.json: cannot be read: ")]
    [InlineData("cifar: cut", "SET/cifar-100-binary/train.bin: truncated, or no file of CIFAR's: its 10246 bytes are no multiple of the 3074 of an image; download it again")]
    [InlineData("shards: file missing", "SET/pack-coefficients/shard-00000.bin: missing; the index needs it: fetch it again, or pack anew")]
    [InlineData("shards: file cut", "SET/pack-coefficients/shard-00000.bin: has ")]
    [InlineData("shards: index damaged", "SET/pack-coefficients: the index is damaged: its checksum is wrong; fetch it again, or pack anew")]
    [InlineData("http: no ranges", "SERVER/a.tar: the server gives no ranges, and samples are read in place; use one that does (nginx, S3), or download the file")]
    [InlineData("http: missing", "SERVER/nowhere.tar: cannot be read: the server says 404 (NotFound); see that the address is right")]
    [InlineData("http: forbidden", "SERVER/a.tar: the server says 403 (Forbidden); set STREAMTRAINER_HTTP_AUTHORIZATION to what its Authorization header must be")]
    [InlineData("http: file cut", "SERVER/a.tar: truncated: 'train/n0")]
    [InlineData("http: shard cut", "SERVER/shard-00000.bin: has ")]
    [InlineData("s3: forbidden", "s3://bucket/nowhere.tar: the server says 403 (Forbidden); the credentials of the environment or the profile may not read it")]
    [InlineData("s3: missing", "s3://bucket/nowhere.tar: cannot be read: the server says 404 (NotFound); see that the address is right")]
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
        AssertRefused(code, output, error, message.Replace("SET", _set.Path, StringComparison.Ordinal).Replace("SERVER", server.Address, StringComparison.Ordinal));
    }

    /// <summary>What may not be read is named itself, however deep it lies.</summary>
    [Theory]
    [InlineData("folder", "folder", 0)]
    [InlineData("folder", "folder/n02", 0)]
    [InlineData("folder", "folder/n02/deeper", 0)]
    [InlineData("flat?devkit=devkit", "flat", 0)]
    [InlineData("flat?devkit=devkit", "devkit", 0)]
    [InlineData("plain.tar", "plain.tar", 0)]
    [InlineData("list.csv", "list.csv", 0)]
    [InlineData("rows.parquet", "rows.parquet", 0)]
    [InlineData("train-images-idx4-ubyte", "train-labels-idx1-ubyte", 0)]
    [InlineData("pack-copy", "pack-copy/index.msgpack", 0)]
    // A folder that may be listed and not looked into.
    [InlineData("folder/n02/deeper?holdout=1&part=train", "folder/n02", UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    public async Task WithoutTheRightToReadIsOneErrorThatNamesWhatMayNotBeRead(string location, string denied, UnixFileMode mode)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("needs Linux's users");
            return;
        }

        switch (location.Split('?')[0])
        {
            case "flat":
                _set.ImageNetValidation(tar: false);
                break;
            case "plain.tar":
                _set.Tar();
                break;
            case "list.csv":
                _set.Csv();
                break;
            case "rows.parquet":
                await _set.Parquet();
                break;
            case "train-images-idx4-ubyte":
                Idx();
                break;
            case "pack-copy":
                _set.Pack("copy");
                break;
            default:
                _set.Write("folder/n02/deeper/x.JPEG", [1]);
                break;
        }

        // Another user's home: it may look, and write its runs and its cache.
        const UnixFileMode Everyone = (UnixFileMode)0b111_111_111;
        foreach (string open in (string[])[_set.Path, Directory.CreateDirectory(_set.Runs).FullName, Directory.CreateDirectory(_set.At("home")).FullName])
        {
            File.SetUnixFileMode(open, Everyone);
        }

        string path = _set.At(denied);
        UnixFileMode before = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode);
        try
        {
            string rooted = _set.At(location.Replace("devkit=", $"devkit={_set.Path}/", StringComparison.Ordinal));
            (int code, string output, string error) = Executable.RunUnprivileged(
                new Dictionary<string, string> { ["HOME"] = _set.At("home"), ["STREAMTRAINER_CACHE"] = _set.At("home/cache") }, _set.Train("broken", rooted));
            AssertRefused(code, output, error, "cannot be read: permission denied; give the user that trains the right to read it");
            Assert.Contains(path, error, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(path, before);
        }
    }

    [Theory]
    [InlineData("folder", "folder/n02/ILSVRC2012_val_00000006.JPEG", "truncated JPEG")]
    [InlineData("list", "folder/n02/ILSVRC2012_val_00000006.JPEG", "cannot be read: no such file")]
    [InlineData("tar", "plain.tar:train/n02/ILSVRC2012_val_00000006.JPEG", "not an image of a known format")]
    [InlineData("parquet", "rows.parquet#5", "not an image of a known format")]
    [InlineData("shards", "pack-copy:n02/ILSVRC2012_val_00000006.JPEG", "cannot be read: shard-00000.bin is damaged in bytes")]
    public async Task OneBrokenSampleIsLeftOutAndListed(string kind, string name, string reason)
    {
        string file = _set.At($"folder/n02/{_set.Names[5]}"), location = _set.Folder;
        byte[] whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        switch (kind)
        {
            case "folder":
                Cut(file);
                break;
            case "list":
                location = _set.Csv();
                File.Delete(file);
                break;
            case "tar":
                location = Overwrite(_set.Tar(), whole);
                break;
            case "parquet":
                // Stored as it is, as images are: they do not become smaller.
                location = Overwrite(await _set.Parquet(), whole);
                break;
            default:
                location = _set.Pack("copy");
                Overwrite(Payload(location), whole);
                break;
        }

        (int code, _, string error) = Executable.Run(_set.Train("broken", location, "--set", "data.maxBadFraction=0.1"));
        Assert.True(code == 0, error);
        string listed = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_set.Runs, "broken", "bad-samples.txt"), TestContext.Current.CancellationToken));
        Assert.StartsWith($"{_set.At(name)}\t{reason}", listed, StringComparison.Ordinal);
    }

    private void AssertRefused(int code, string output, string error, string message)
    {
        Assert.True(code == 2, error);
        Assert.Empty(output);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_set.Runs) && Directory.EnumerateFileSystemEntries(_set.Runs).Any());
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
                return _set.Write("text.tar", [.. Enumerable.Repeat((byte)'x', 600)]);
            case "tar: compressed":
                return _set.Write("packed.tar", [0x1f, 0x8b, .. new byte[600]]);
            case "webdataset: no member":
                return _set.WriteTar("w.tar", [("a.jpg", [1]), ("a.cls", "0"u8.ToArray()), ("b.jpg", [1])]);
            case "webdataset: bad json":
                return _set.WriteTar("w.tar", [("a.jpg", [1]), ("a.json", "{\"label\": 1"u8.ToArray())]);
            case "webdataset: archive missing":
                string set = _set.WebDataset(json: false);
                File.Delete(_set.At("cls-002.tar"));
                return set;
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
                return Append(_set.Csv(), "a.jpg");
            case "jsonl: bad line":
                return Append(_set.JsonLines(), "{\"file_name\": ");
            case "jsonl: no label":
                return Append(_set.JsonLines(), "{\"file_name\": \"a.jpg\"}");
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
            case "flowers: no part":
                return _published.Flowers();
            case "flowers: labels missing":
                string flowers = _published.Flowers();
                File.Delete(_set.At("flowers/imagelabels.mat"));
                return $"{flowers}?split=test";
            case "cars: annotations cut":
                string cars = _published.Cars();
                Cut(_set.At("cars/devkit/cars_train_annos.mat"));
                return $"{cars}?split=train";
            case "cars: images missing":
                string empty = _published.Cars();
                Directory.Delete(_set.At("cars/cars_train"), recursive: true);
                return $"{empty}?split=train";
            case "inat: cut":
                return Cut(_published.Naturalist());
            case "cifar: cut":
                return Cut(_published.Cifar(true, [.. Enumerable.Range(0, PublishedSets.All).Select(_ => new byte[3 * 32 * 32])]));
            case "http: file cut":
                return await Serve(server, Cut(_set.Tar()));
            case "http: no ranges" or "http: forbidden":
                return await Serve(server, _set.Tar());
            case "http: missing":
                return $"{server.Address}/nowhere.tar";
            case "s3: forbidden" or "s3: missing":
                return "s3://bucket/nowhere.tar";
        }

        string pack = _set.Pack("coefficients"), index = Path.Combine(pack, "index.msgpack");
        switch (what)
        {
            case "shards: file missing":
                File.Delete(Payload(pack));
                return pack;
            case "shards: file cut":
                Cut(Payload(pack));
                return pack;
            case "shards: index damaged":
                byte[] bytes = await File.ReadAllBytesAsync(index);
                bytes[bytes.Length / 2] ^= 4;
                await File.WriteAllBytesAsync(index, bytes);
                return pack;
            default:
                server.Files["/shard-00000.bin"] = await File.ReadAllBytesAsync(Cut(Payload(pack)));
                server.Files["/index.msgpack"] = await File.ReadAllBytesAsync(index);
                return $"{server.Address}/index.msgpack";
        }
    }

    private string Idx() => _set.Idx([.. Enumerable.Range(0, _set.Count).Select(_ => new byte[3 * 8 * 8])], 8);

    private static string Payload(string pack) => Path.Combine(pack, "shard-00000.bin");

    private static async Task<string> Serve(RangeServer server, string file)
    {
        server.Files["/a.tar"] = await File.ReadAllBytesAsync(file);
        return $"{server.Address}/a.tar";
    }

    private static string Append(string path, string line)
    {
        File.AppendAllLines(path, [line]);
        return path;
    }

    /// <summary>Takes away the last third of a file, as a copy that was broken off does.</summary>
    private static string Cut(string path)
    {
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length * 2 / 3)]);
        return path;
    }

    /// <summary>Makes an image in a file's middle something else.</summary>
    private static string Overwrite(string path, byte[] image)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf(image);
        Assert.True(at >= 0, path);
        bytes.AsSpan(at, image.Length).Fill((byte)'x');
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
