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

        Assert.Throws<UserErrorException>(() => Safetensors.Read(Path.Combine(_folder, "nowhere")));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}""", 24, "'b' overlaps 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 16, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[1],"data_offsets":[20,24]}}""", 24, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 20, "4 bytes after the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 15, "truncated: 'a' ends at byte")]
    [InlineData("""{"a":{"dtype":"F64","shape":[4],"data_offsets":[0,16]}}""", 16, "'a' of type F64 and shape [4] cannot be 16 bytes")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}}""", 16, "'a' is of type F8_E4M3; known are F64, F32, F16, BF16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}""", 16, "cannot be 16 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0, "cannot be 0 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""", 16, "cannot be -16 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "it has 'a' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "its header is not valid")]
    [InlineData("""[1]""", 0, "its header is not valid")]
    public void AHeaderThatCannotBeIsRefused(string header, int bytes, string said)
    {
        string path = Path.Combine(_folder, "t.safetensors");
        byte[] text = System.Text.Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[bytes]]);
        Assert.Contains(said, Assert.Throws<UserErrorException>(() => Safetensors.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001, "at most 100000000 are allowed")]
    [InlineData(-1, "at most 100000000 are allowed")]
    [InlineData(99_999_999, "truncated: its header would end at byte")]
    [InlineData(1, "no safetensors header")]
    public void AHeaderOfAnImpossibleLengthIsRefused(long length, string said)
    {
        string path = Path.Combine(_folder, "t.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(length), .. "{}"u8]);
        Assert.Contains(said, Assert.Throws<UserErrorException>(() => Safetensors.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyWidthLoadsAndOtherKindsAreRefused()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_folder, "m.safetensors");
        using ImageClassifier one = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 1);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64])
        {
            Safetensors.Write(path, one.state_dict().ToDictionary(entry => "module." + entry.Key, entry => entry.Value.dtype == ScalarType.Float32 ? entry.Value.to(type) : entry.Value));
            using ImageClassifier two = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 2);
            StateDict.Load(two, path);
            Assert.True(two.state_dict()["conv1.weight"].Equals(one.state_dict()["conv1.weight"].to(type).to(ScalarType.Float32)));
        }

        Dictionary<string, Tensor> wrong = one.state_dict();
        wrong["conv1.weight"] = wrong["conv1.weight"].to(ScalarType.Int32);
        wrong.Remove("bn1.num_batches_tracked");
        Safetensors.Write(path, wrong);
        Assert.Contains("'conv1.weight' is of Int32, not of Float32", Assert.Throws<UserErrorException>(() => StateDict.Load(one, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MismatchesAreToldKeyByKeyWithTheNearest()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_folder, "m.safetensors");
        using ImageClassifier one = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar" }, 10, 1);
        Dictionary<string, Tensor> state = one.state_dict();
        state["layer1.0.convolution1.weight"] = state["layer1.0.conv1.weight"];
        state.Remove("layer1.0.conv1.weight");
        state["something.else"] = zeros(3);
        Safetensors.Write(path, state);
        string message = Assert.Throws<UserErrorException>(() => StateDict.Load(one, path)).Message;
        Assert.Contains("'layer1.0.conv1.weight' is missing; the file has 'layer1.0.convolution1.weight'", message, StringComparison.Ordinal);
        Assert.Contains("'layer1.0.convolution1.weight' is not in the model; it has 'layer1.0.conv1.weight'", message, StringComparison.Ordinal);
        Assert.Contains("'something.else' is not in the model\n", message + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public void OtherClassesGetANewClassifierAndOtherSizesTheirPositions()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_folder, "m.safetensors");
        using ImageClassifier one = ModelRegistry.Create(new ModelOptions { Name = "vit_tiny_patch16_224" }, 10, 1);
        StateDict.Save(one, path);
        using ImageClassifier two = ModelRegistry.Create(new ModelOptions { Name = "vit_tiny_patch16_224", InputSize = 160 }, 7, 2);
        Tensor head = two.state_dict()["head.weight"].clone();
        StartingHead outcome = StateDict.LoadToGoOnFrom(two, path, outputs =>
        {
            Assert.Equal(10, outputs);
            return StartingHead.Decide(HeadChoice.Auto, ["a"], 7, null, outputs);
        });
        Assert.True(outcome.IsFresh);
        Assert.True(two.state_dict()["head.weight"].Equals(head));
        Assert.True(two.state_dict()["blocks.3.mlp.fc1.weight"].Equals(one.state_dict()["blocks.3.mlp.fc1.weight"]));

        // What the network resamples at each pass, it has now by itself.
        one.eval();
        two.eval();
        Tensor image = randn(1, 3, 160, 160), before = image, after = image;
        foreach (int stage in (int[])[0, 1])
        {
            before = one.Stages[stage].Stage.Apply(Model.Architectures.Operations.TensorOperations.Instance, before);
            after = two.Stages[stage].Stage.Apply(Model.Architectures.Operations.TensorOperations.Instance, after);
        }

        Assert.True(before.allclose(after, 1e-5, 1e-6));
        Assert.Throws<UserErrorException>(() => StateDict.Load(two, path));
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
