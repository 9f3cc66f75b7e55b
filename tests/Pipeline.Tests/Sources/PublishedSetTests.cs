using System.Text;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>Data sets for transfer in the layouts in which they are published; images hold their number.</summary>
public sealed class PublishedSetTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly PublishedSets _sets;

    public PublishedSetTests() => _sets = new PublishedSets(_folder.Path, [.. Enumerable.Range(0, PublishedSets.All).Select(i => (byte[])[(byte)i])]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FlowersAreDealtToTheirParts()
    {
        string path = _sets.Flowers();
        AssertSamples($"{path}?split=trainval", ["1", "2", "3"], [0, 1, 2, 3, 4], [.. PublishedSets.TrainLabels], "jpg/image_00006.jpg");
        AssertSamples($"{path}?split=train", ["1", "2", "3"], [0, 1, 2], [2, 1, 0], "jpg/image_00006.jpg");
        AssertSamples($"{path}?split=val", ["1", "2", "3"], [3, 4], [0, 2], "jpg/image_00008.jpg");
        AssertSamples($"{path}?split=test", ["1", "2", "3"], [5, 6, 7], [1, 0, 2], "jpg/image_00004.jpg");
        Assert.Equal($"{Path.GetFullPath(path)}?split=test", SampleSources.Rooted($"{path}?split=test"));
    }

    [Fact]
    public void CarsAreReadInBothLayouts()
    {
        string devkit = _sets.Cars(), one = _sets.CarsInOne();
        AssertSamples($"{devkit}?split=train", PublishedSets.CarNames, [0, 1, 2, 3, 4], [.. PublishedSets.TrainLabels], "cars_train/00001.jpg");
        AssertSamples($"{devkit}?split=test", PublishedSets.CarNames, [5, 6, 7], [1, 0, 2], "cars_test/00001.jpg");
        AssertSamples($"{one}?split=train", PublishedSets.CarNames, [0, 1, 2, 3, 4], [.. PublishedSets.TrainLabels], "car_ims/000001.jpg");
        AssertSamples($"{one}?split=test", PublishedSets.CarNames, [5, 6, 7], [1, 0, 2], "car_ims/000002.jpg");
    }

    [Fact]
    public void NaturalistsAnnotationsAreJoinedById()
    {
        string train = _sets.Naturalist();
        // In the order of the categories' ids, not of their names.
        string[] names = ["Quercus alba", "Acer rubrum", "Zea mays"];
        AssertSamples(train, names, [0, 1, 2, 3, 4], [.. PublishedSets.TrainLabels], "train_val2019/Plants/0/00000000.jpg");
        AssertSamples(_sets.At("inat/val2019.json"), names, [5, 6, 7], [1, 0, 2], "train_val2019/Plants/2/00000005.jpg");
        // Where names are missing, ids are what the classes are called.
        string bare = _folder.File("inat/bare.json", Encoding.UTF8.GetBytes(File.ReadAllText(train).Replace("\"name\":", "\"other\":", StringComparison.Ordinal)));
        AssertSamples(bare, ["0", "10", "20"], [0, 1, 2, 3, 4], [.. PublishedSets.TrainLabels], "train_val2019/Plants/0/00000000.jpg");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CifarsPlanesBecomePixels(bool hundred)
    {
        byte[][] pixels = [.. Enumerable.Range(0, PublishedSets.All).Select(i => Enumerable.Range(0, 3 * 32 * 32).Select(at => (byte)(at * 7 + i)).ToArray())];
        string train = _sets.Cifar(hundred, pixels);
        using ISampleSource source = SampleSources.Open(train), test = SampleSources.Open(_sets.At(hundred ? "cifar-100-binary/test.bin" : "cifar-10-batches-bin/test_batch.bin"));
        Assert.Equal(["airplane", "automobile", "bird"], source.ClassNames);
        Assert.Equal((PublishedSets.Train, PublishedSets.All - PublishedSets.Train), (source.Count, test.Count));
        Assert.EndsWith(hundred ? "train.bin#3" : "data_batch_2.bin#1", source.NameOf(3), StringComparison.Ordinal);
        using var sample = new EncodedSample();
        for (int i = 0; i < PublishedSets.All; i++)
        {
            (ISampleSource from, int at) = i < PublishedSets.Train ? (source, i) : (test, i - PublishedSets.Train);
            from.Read(at, sample);
            Assert.Equal((PayloadKind.RawRgb, 32, 32), (sample.Kind, sample.Width, sample.Height));
            Assert.True(sample.Bytes.SequenceEqual(pixels[i]));
            Assert.Equal(i < PublishedSets.Train ? PublishedSets.TrainLabels[i] : 0, from.LabelOf(at));
        }
    }

    [Fact]
    public void ValuesOfMatFilesAreThoseThatSciPyWrote()
    {
        _sets.Flowers();
        _sets.CarsInOne();
        byte[] parts = File.ReadAllBytes(_sets.At("flowers/setid.mat")), cars = File.ReadAllBytes(_sets.At("cars-in-one/cars_annos.mat"));
        Assert.Equal([6, 1, 2], MatFile.Numbers(parts, "trnid"));
        Assert.Equal([4, 5, 7], MatFile.Numbers(parts, "tstid"));
        Assert.Equal(PublishedSets.CarNames, MatFile.Texts(cars, "class_names"));
        Assert.Equal(8, MatFile.Structures(cars, "annotations").Count);
        Assert.Throws<InvalidDataException>(() => MatFile.Numbers(cars, "class_names"));
        Assert.Throws<InvalidDataException>(() => MatFile.Texts(cars, "annotations"));
        // However they are cut or changed, it is an error or a value, and nothing worse.
        var random = new Random(1);
        for (int i = 0; i < 600; i++)
        {
            byte[] whole = i % 4 < 2 ? parts : cars, bad = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1)
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                _ = i % 4 < 2 ? MatFile.Numbers(bad, "trnid").Length : MatFile.Texts(bad, "class_names").Count;
            }
            catch (InvalidDataException)
            {
                // Told.
            }
        }
    }

    [Theory]
    [InlineData("flowers", "", "is Flowers-102, whose setid.mat deals the images to parts; name one: ?split=train, val, trainval (both, as in the literature) or test")]
    [InlineData("flowers", "?split=all", "and none is called 'all'; name one")]
    [InlineData("flowers", "?split=", "'split=': the name of a part is wanted, as split=train")]
    [InlineData("cars", "?split=val", "is Stanford Cars, whose annotations are of two parts, and none is called 'val'; name one: ?split=train or ?split=test")]
    [InlineData("inat/train2019.json", "?split=train", "split names a part of a data set whose annotations deal its images to parts (Flowers-102, Stanford Cars), and")]
    public void APartMustBeNamedWhereThereAreParts(string name, string options, string message)
    {
        _sets.Flowers();
        _sets.Cars();
        _sets.Naturalist();
        Assert.Contains(message, Refused(_sets.At(name) + options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flowers/imagelabels.mat", "flowers?split=test", "flowers/imagelabels.mat: missing; it holds the images' classes: put it beside setid.mat")]
    [InlineData("flowers/setid.mat", "flowers?split=test", "flowers/setid.mat: missing; it says which image belongs to which part")]
    [InlineData("flowers/jpg/image_00004.jpg", "flowers?split=test", "flowers/jpg/image_00004.jpg: not there, and SET/flowers names it; unpack 102flowers.tgz in the folder")]
    [InlineData("cars/devkit/cars_meta.mat", "cars?split=train", "cars/devkit/cars_meta.mat: missing; unpack car_devkit.tgz in the folder")]
    [InlineData("cars/devkit/cars_train_annos.mat", "cars?split=train", "cars/devkit/cars_train_annos.mat: missing; unpack car_devkit.tgz in the folder")]
    [InlineData("cars/cars_test_annos_withlabels.mat", "cars?split=test", "cars/cars_test_annos_withlabels.mat: missing; it has the test images' classes, which devkit/cars_test_annos.mat has not: download it too")]
    [InlineData("cars/cars_train/00001.jpg", "cars?split=train", "unpack cars_train.tgz in the folder")]
    [InlineData("inat/train_val2019/Plants/0/00000000.jpg", "inat/train2019.json", "unpack the images beside the file (train_val2019.tar.gz of iNaturalist 2019)")]
    [InlineData("cifar-10-batches-bin/batches.meta.txt", "cifar-10-batches-bin/test_batch.bin", "neither batches.meta.txt nor fine_label_names.txt lies beside it, which name the classes of CIFAR-10 and CIFAR-100; unpack the whole archive")]
    [InlineData("cifar-10-batches-bin/data_batch_2.bin", "cifar-10-batches-bin/data_batch_{1..2}.bin", "data_batch_2.bin: cannot be read: no such file")]
    public void WhatIsMissingIsNamed(string missing, string location, string message)
    {
        All();
        File.Delete(_sets.At(missing));
        Assert.Contains(message.Replace("SET", _folder.Path, StringComparison.Ordinal), Refused(_sets.At(location)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flowers/setid.mat", "flowers?split=test", "flowers/setid.mat: cannot be read: it is damaged; download it again")]
    [InlineData("flowers/imagelabels.mat", "flowers?split=test", "flowers/imagelabels.mat: cannot be read: it is no MATLAB 5 file; download it again")]
    [InlineData("cars/devkit/cars_meta.mat", "cars?split=train", "cars/devkit/cars_meta.mat: cannot be read: it is damaged; download it again")]
    [InlineData("cars/devkit/cars_train_annos.mat", "cars?split=train", "cars/devkit/cars_train_annos.mat: cannot be read: it is damaged; download it again")]
    [InlineData("cars-in-one/cars_annos.mat", "cars-in-one?split=train", "cars-in-one/cars_annos.mat: cannot be read: it is damaged; download it again")]
    [InlineData("inat/train2019.json", "inat/train2019.json", "inat/train2019.json: cannot be read: ")]
    [InlineData("cifar-100-binary/train.bin", "cifar-100-binary/train.bin", "train.bin: truncated, or no file of CIFAR's: its 10246 bytes are no multiple of the 3074 of an image; download it again")]
    public void WhatIsCutIsNamed(string cut, string location, string message)
    {
        All();
        byte[] whole = File.ReadAllBytes(_sets.At(cut));
        File.WriteAllBytes(_sets.At(cut), whole[..(whole.Length * 2 / 3)]);
        Assert.Contains(message, Refused(_sets.At(location)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"annotations\":", "\"notes\":", "has no 'annotations', so no classes, which is how test sets without answers are published; name the training or validation file")]
    [InlineData("\"images\":", "\"pictures\":", "has no 'images'; name a file of COCO's kind")]
    [InlineData("\"image_id\":98", "\"image_id\":99", "image 99 is annotated with several categories, and a classifier's image has one")]
    [InlineData("\"image_id\":98", "\"image_id\":7", "image 98 ('train_val2019/Plants/2/00000002.jpg') has no annotation; add one, or remove the image")]
    [InlineData("\"category_id\":10", "\"category_id\":11", "annotation of image 99 is of category 11, which 'categories' has not; download it again")]
    [InlineData("\"id\":20", "\"id\":10", "category 10 comes twice; download it again")]
    [InlineData("\"file_name\":\"train_val2019/Plants/1/00000001.jpg\"", "\"file_name\":\"\"", "image 99 has no 'file_name'; download it again")]
    [InlineData("\"id\":99", "\"id\":\"x\"", "cannot be read: The JSON value could not be converted")]
    public void AnnotationsThatDoNotFitAreNamed(string text, string instead, string message)
    {
        string path = _sets.Naturalist(), all = File.ReadAllText(path);
        Assert.Contains(text, all, StringComparison.Ordinal);
        File.WriteAllText(path, all.Replace(text, instead, StringComparison.Ordinal));
        Assert.Contains(message, Refused(path), StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatDoNotBelongTogetherAreNamed()
    {
        All();
        // Of Cars' kind where Flowers' is wanted, and numbers beyond the other file's.
        File.Copy(_sets.At("cars/devkit/cars_meta.mat"), _sets.At("flowers/imagelabels.mat"), overwrite: true);
        Assert.Contains("imagelabels.mat: cannot be read: it has no numbers 'labels'; download it again", Refused($"{_sets.At("flowers")}?split=test"), StringComparison.Ordinal);
        File.WriteAllText(_sets.At("cifar-10-batches-bin/batches.meta.txt"), "airplane\n");
        Assert.Contains("image 0 is of class 2, and 1 class has a name beside it; download both again", Refused(_sets.At("cifar-10-batches-bin/data_batch_1.bin")), StringComparison.Ordinal);
    }

    private void All()
    {
        _sets.Flowers();
        _sets.Cars();
        _sets.CarsInOne();
        _sets.Naturalist();
        byte[][] pixels = [.. Enumerable.Range(0, PublishedSets.All).Select(_ => new byte[3 * 32 * 32])];
        _sets.Cifar(false, pixels);
        _sets.Cifar(true, pixels);
    }

    private static string Refused(string location) => Assert.Throws<UserErrorException>(() => SampleSources.Open(location)).Message;

    private static void AssertSamples(string location, IReadOnlyList<string> classes, byte[] images, int[] labels, string first)
    {
        using ISampleSource source = SampleSources.Open(location);
        Assert.Equal(classes, source.ClassNames);
        Assert.Equal(labels, Enumerable.Range(0, (int)source.Count).Select(i => source.LabelOf(i)));
        Assert.Equal(first, source.PathOf(0));
        using var sample = new EncodedSample();
        for (int i = 0; i < images.Length; i++)
        {
            source.Read(i, sample);
            Assert.Equal(images[i], Assert.Single(sample.Bytes.ToArray()));
            Assert.EndsWith(source.PathOf(i), source.NameOf(i), StringComparison.Ordinal);
        }
    }
}
