using System.Globalization;
using System.Text.Json;

namespace StreamTrainer.Tests;

/// <summary>
/// Eight images in the layouts in which data sets for transfer are published: five to train on, of the classes 3, 2, 1, 1, 3 in this
/// order, three to test on. The annotations of Flowers and Cars were written by SciPy (<c>tests/reference/annotations.py</c>).
/// </summary>
/// <param name="folder">Where they are written.</param>
/// <param name="images">The images: those to train on, then the others.</param>
public sealed class PublishedSets(string folder, IReadOnlyList<byte[]> images)
{
    /// <summary>How many there are to train on.</summary>
    public const int Train = 5;

    /// <summary>All images.</summary>
    public const int All = 8;

    /// <summary>Names of Cars' classes, in the annotations' order.</summary>
    public static IReadOnlyList<string> CarNames { get; } = ["AM General Hummer SUV 2000", "Acura RL Sedan 2012", "smart fortwo Convertible 2012"];

    /// <summary>The training images' classes, from 0.</summary>
    public static IReadOnlyList<int> TrainLabels { get; } = [2, 1, 0, 0, 2];

    private static string Data => System.IO.Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Sources", "Data");

    /// <summary>A path in the folder.</summary>
    public string At(string name) => System.IO.Path.Combine(folder, name);

    /// <summary>Flowers-102, its training and validation images as one part.</summary>
    public string Flowers()
    {
        Copy("flowers", "imagelabels.mat", "flowers/imagelabels.mat");
        Copy("flowers", "setid.mat", "flowers/setid.mat");
        int[] numbers = [6, 1, 2, 8, 3, 4, 5, 7];
        for (int i = 0; i < All; i++)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"flowers/jpg/image_{numbers[i]:D5}.jpg"), images[i]);
        }

        return At("flowers");
    }

    /// <summary>Stanford Cars with its development kit.</summary>
    public string Cars()
    {
        Copy("cars", "cars_meta.mat", "cars/devkit/cars_meta.mat");
        Copy("cars", "cars_train_annos.mat", "cars/devkit/cars_train_annos.mat");
        Copy("cars", "cars_test_annos_withlabels.mat", "cars/cars_test_annos_withlabels.mat");
        for (int i = 0; i < All; i++)
        {
            (string part, int number) = i < Train ? ("cars_train", i + 1) : ("cars_test", i - Train + 1);
            Write(string.Create(CultureInfo.InvariantCulture, $"cars/{part}/{number:D5}.jpg"), images[i]);
        }

        return At("cars");
    }

    /// <summary>Stanford Cars as one folder of images with one file of annotations.</summary>
    public string CarsInOne()
    {
        Copy("cars", "cars_annos.mat", "cars-in-one/cars_annos.mat");
        int[] numbers = [1, 3, 4, 6, 8, 2, 5, 7];
        for (int i = 0; i < All; i++)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"cars-in-one/car_ims/{numbers[i]:D6}.jpg"), images[i]);
        }

        return At("cars-in-one");
    }

    /// <summary>iNaturalist 2019: <c>train2019.json</c>, and <c>val2019.json</c> beside it; neither images nor categories in the order
    /// of their ids.</summary>
    public string Naturalist()
    {
        Directory.CreateDirectory(At("inat"));
        Write("inat/train2019.json", Json(0, Train, TrainLabels));
        Write("inat/val2019.json", Json(Train, All - Train, [1, 0, 2]));
        return At("inat/train2019.json");
    }

    /// <summary>CIFAR-10's or CIFAR-100's binary files, two of them to train on.</summary>
    /// <param name="hundred">Whether there are two labels, as in CIFAR-100.</param>
    /// <param name="pixels">Each image as 32x32 RGB, pixel by pixel.</param>
    public string Cifar(bool hundred, IReadOnlyList<byte[]> pixels)
    {
        string name = hundred ? "cifar-100-binary" : "cifar-10-batches-bin";
        Directory.CreateDirectory(At(name));
        File.WriteAllText(At($"{name}/{(hundred ? "fine_label_names.txt" : "batches.meta.txt")}"), "airplane\nautomobile\nbird\n\n");
        byte[][] records = [.. pixels.Select((image, i) => (byte[])[.. hundred ? [19] : (byte[])[], (byte)(i < Train ? TrainLabels[i] : 0), .. Planes(image)])];
        if (hundred)
        {
            Write($"{name}/train.bin", [.. records.Take(Train).SelectMany(record => record)]);
            Write($"{name}/test.bin", [.. records.Skip(Train).SelectMany(record => record)]);
            return At($"{name}/train.bin");
        }

        Write($"{name}/data_batch_1.bin", [.. records.Take(2).SelectMany(record => record)]);
        Write($"{name}/data_batch_2.bin", [.. records.Skip(2).Take(Train - 2).SelectMany(record => record)]);
        Write($"{name}/test_batch.bin", [.. records.Skip(Train).SelectMany(record => record)]);
        return At($"{name}/data_batch_{{1..2}}.bin");
    }

    /// <summary>A list of the training images, to compare with.</summary>
    /// <param name="files">The images as files; they are written beside it.</param>
    /// <param name="extension">What their names end in.</param>
    public string List(IReadOnlyList<byte[]> files, string extension)
    {
        string[] lines = [.. Enumerable.Range(0, Train).Select(i =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"list{extension}/{i}{extension}");
            Write(name, files[i]);
            return string.Create(CultureInfo.InvariantCulture, $"{name},{TrainLabels[i]}");
        })];
        string path = At($"list{extension}.csv");
        File.WriteAllLines(path, ["path,label", .. lines]);
        return path;
    }

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    private byte[] Json(int first, int count, IReadOnlyList<int> labels)
    {
        string[] names = [.. Enumerable.Range(first, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"train_val2019/Plants/{i % 3}/{i:x8}.jpg"))];
        for (int i = 0; i < count; i++)
        {
            Write($"inat/{names[i]}", images[first + i]);
        }

        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            info = new { year = 2019 },
            images = names.Select((name, i) => new { id = 100 - first - i, width = 800, height = 600, file_name = name, license = 0, rights_holder = "somebody" }),
            licenses = Array.Empty<object>(),
            annotations = Enumerable.Range(0, count).Reverse().Select(i => new { id = i, image_id = 100 - first - i, category_id = 10 * labels[i] }),
            categories = new[] { new { id = 20, name = "Zea mays" }, new { id = 0, name = "Quercus alba" }, new { id = 10, name = "Acer rubrum" } },
        });
    }

    private static byte[] Planes(byte[] pixels) => [.. Enumerable.Range(0, 3).SelectMany(channel => Enumerable.Range(0, pixels.Length / 3).Select(i => pixels[3 * i + channel]))];

    private void Copy(string set, string file, string name) => Write(name, File.ReadAllBytes(System.IO.Path.Combine(Data, set, file)));
}
