using System.Globalization;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Weights;

/// <summary>Damaged files are read or refused, whatever is wrong with them. <c>STREAMTRAINER_FUZZ</c> says how many mutations.</summary>
public sealed class WeightsFuzzTests
{
    private static readonly int s_mutations = int.TryParse(Environment.GetEnvironmentVariable("STREAMTRAINER_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 4000;

    [Fact]
    public void AnyMutationOfSafetensorsIsReadOrRefused() => Mutate(path => Safetensors.Write(path, Tensors()));

    [Fact]
    public void AnyMutationOfPyTorchsFormatIsReadOrRefused() => Mutate(path => TorchFile.Write(path, [.. Tensors()]));

    [Fact]
    public void AnyMutationOfPyTorchsOldFormatIsReadOrRefused()
    {
        PythonTorch.Need();
        Mutate(path => PythonTorch.Do("""
            import sys, torch
            torch.save({"state_dict": {"module.a": torch.ones(3, 4), "b": torch.arange(5).half(), "n": torch.tensor(1)}, "epoch": 3, "list": [1.5, None, True, (1, 2)]},
                       sys.argv[1], _use_new_zipfile_serialization=False)
            """, path));
    }

    private static Dictionary<string, Tensor> Tensors() => new() { ["a.weight"] = ones(3, 4), ["b"] = arange(5, ScalarType.Float16), ["n"] = tensor(1L) };

    private static void Mutate(Action<string> write)
    {
        string folder = Directory.CreateTempSubdirectory("streamtrainer-").FullName;
        try
        {
            string path = Path.Combine(folder, "w");
            using (NewDisposeScope())
            {
                write(path);
            }

            byte[] whole = File.ReadAllBytes(path);
            var random = new Random(5);
            for (int i = 0; i < s_mutations; i++)
            {
                byte[] bytes = Mutated(whole, random);
                using var scope = NewDisposeScope();
                using var stream = new MemoryStream(bytes);
                try
                {
                    foreach (Tensor tensor in WeightsFile.Read(stream, "file").Values)
                    {
                        // What it has, it really has.
                        _ = tensor.numel() < 1000 ? tensor.to(ScalarType.Float64).sum().item<double>() : 0;
                    }
                }
                catch (UserErrorException)
                {
                    // Refused.
                }
                catch (Exception error)
                {
                    Assert.Fail($"mutation {i}: {Convert.ToHexString(bytes)}: {error}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Length > 0; changes--)
        {
            int at = random.Next(bytes.Length), length = random.Next(1, Math.Min(16, bytes.Length - at) + 1);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes = bytes[..at]; break;
                case 3: bytes = [.. bytes[..at], .. bytes[(at + length)..]]; break;
                case 4: bytes = [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]]; break;
                default: bytes.AsSpan(at, length).Fill((byte)(random.Next(2) * 255)); break;
            }
        }

        return bytes;
    }
}
