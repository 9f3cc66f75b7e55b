using CsCheck;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.State;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private static readonly ScalarType[] s_types =
    [
        ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Byte, ScalarType.Bool,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ComesBackToTheBitAndOthersCanReadIt()
    {
        Gen<ScalarType> type = Gen.Int[0, s_types.Length - 1].Select(i => s_types[i]);
        Gen.Select(type, Gen.Long[0, 4].Array[0, 4], Gen.Bool).Array[0, 5].Sample(entries =>
        {
            using var scope = NewDisposeScope();
            string path = Path.Combine(_folder, "t.safetensors");
            Dictionary<string, Tensor> tensors = entries.Select((entry, i) => (Name: $"a.{i}\"ü", Value: Make(entry.Item1, entry.Item2, entry.Item3)))
                .ToDictionary(entry => entry.Name, entry => entry.Value);
            Safetensors.Write(path, tensors);
            IReadOnlyDictionary<string, Tensor> read = Safetensors.Read(path);
            var other = new SafetensorsFile(path);
            Assert.Equal(tensors.Count, read.Count);
            foreach ((string name, Tensor tensor) in tensors)
            {
                Assert.Equal(tensor.dtype, read[name].dtype);
                Assert.Equal(tensor.shape, read[name].shape);
                Assert.True(tensor.contiguous().bytes.SequenceEqual(read[name].bytes));
                Assert.Equal(tensor.contiguous().bytes.ToArray(), other.Read<byte>(name));
            }
        }, iter: 100, threads: 1);
    }

    [Fact]
    public void DamageIsNamedWhereverItIs()
    {
        string path = Path.Combine(_folder, "t.safetensors");
        using Tensor values = arange(12, ScalarType.Float32).reshape(3, 4);
        Safetensors.Write(path, new Dictionary<string, Tensor> { ["weight"] = values });
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using var scope = NewDisposeScope();
            var error = Assert.Throws<UserErrorException>(() => Safetensors.Read(path));
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        }

        // Any change of the header reads as something or is refused; it never brings the process down.
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(100)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            using var scope = NewDisposeScope();
            try
            {
                Safetensors.Read(path);
            }
            catch (UserErrorException)
            {
                // Refused.
            }
        }

        Assert.Throws<UserErrorException>(() => Safetensors.Read(Path.Combine(_folder, "nowhere")));
    }

    [Fact]
    public void AStateDictLoadsInPlaceAndOnlyIntoItsModel()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_folder, "m.safetensors");
        using ImageClassifier one = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 1);
        using ImageClassifier two = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 2);
        using FlatState flatOne = new(one), flatTwo = new(two);
        using (no_grad())
        {
            one.named_buffers().First(entry => entry.name == "bn1.num_batches_tracked").buffer.fill_(77);
        }

        StateDict.Save(one, path);
        StateDict.Load(two, path);
        Assert.True(flatOne.Values.Equals(flatTwo.Values));
        Assert.Equal(77, two.state_dict()["bn1.num_batches_tracked"].item<long>());

        using ImageClassifier other = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 11, 1);
        var error = Assert.Throws<UserErrorException>(() => StateDict.Load(other, path));
        Assert.Contains("'fc.weight' is [10, 64], not [11, 64]", error.Message, StringComparison.Ordinal);
        using ImageClassifier another = ModelRegistry.Create(new ModelOptions { Name = "airbench32_cifar" }, 10, 1);
        Assert.Contains("is missing", Assert.Throws<UserErrorException>(() => StateDict.Load(another, path)).Message, StringComparison.Ordinal);
    }

    private static Tensor Make(ScalarType type, long[] shape, bool strided)
    {
        Tensor tensor = (rand(shape) * 200).to(type);
        return strided && shape.Length == 4 ? tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : strided && shape.Length > 1 ? tensor.transpose(0, 1) : tensor;
    }
}
