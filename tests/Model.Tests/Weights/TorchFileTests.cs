using System.Text;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Tests.Architectures;
using StreamTrainer.Model.Weights;
using StreamTrainer.Model.Weights.Pickle;
using StreamTrainer.Pipeline;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Weights;

/// <summary>Files of <c>torch.save</c>: read and written, in the new format and read in the old.</summary>
public sealed class TorchFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ReadsWhatPyTorchWritesInBothFormats()
    {
        PythonTorch.Need();
        PythonTorch.Do("""
            import argparse, collections, sys, torch
            folder = sys.argv[1]
            x = torch.arange(24).reshape(4, 6)
            shared = torch.arange(10.0)
            plain = collections.OrderedDict([
                ("f32", x / 8), ("f64", x.double() / 8), ("f16", (x / 8).half()), ("bf16", (x / 8).bfloat16()),
                ("i64", x), ("i32", x.int()), ("u8", x.byte()), ("b", x > 11),
                ("turned", (x / 8).t()), ("part", shared[2:5]), ("whole", shared), ("scalar", torch.tensor(7)), ("none", torch.zeros(0, 3)),
                ("parameter", torch.nn.Parameter(x / 8)), ("a.ü", torch.ones(2)),
            ])
            plain._metadata = {"": {"version": 2}}
            other = {key: value * 0 for key, value in plain.items()}
            module = {"module." + key: value for key, value in plain.items()}
            files = {
                "plain": plain, "state_dict": {"epoch": 3, "best": 0.5, "state_dict": plain, "optimizer": {"lr": [0.1, None, True, 1 << 70]}},
                "ema": {"state_dict": other, "state_dict_ema": module, "args": argparse.Namespace(model="x", size=torch.Size([1, 2]))},
                "model": {"model": module},
            }
            for name, value in files.items():
                for old in (False, True):
                    torch.save(value, f"{folder}/{name}{'-old' if old else ''}.pth", _use_new_zipfile_serialization=not old)
            """, _folder);
        foreach (string file in Directory.EnumerateFiles(_folder, "*.pth"))
        {
            using var scope = NewDisposeScope();
            IReadOnlyDictionary<string, Tensor> read = WeightsFile.Read(file);
            Assert.Equal(15, read.Count);
            Tensor x = arange(24).reshape(4, 6), eighths = x.to(ScalarType.Float32) / 8;
            Is(read["f32"], eighths, ScalarType.Float32);
            Is(read["f64"], eighths, ScalarType.Float64);
            Is(read["f16"], eighths, ScalarType.Float16);
            Is(read["bf16"], eighths, ScalarType.BFloat16);
            Is(read["i64"], x, ScalarType.Int64);
            Is(read["i32"], x, ScalarType.Int32);
            Is(read["u8"], x, ScalarType.Byte);
            Is(read["b"], x.gt(11), ScalarType.Bool);
            Is(read["turned"], eighths.t(), ScalarType.Float32);
            Is(read["part"], arange(2, 5), ScalarType.Float32);
            Is(read["whole"], arange(10), ScalarType.Float32);
            Is(read["parameter"], eighths, ScalarType.Float32);
            Is(read["a.ü"], ones(2), ScalarType.Float32);
            Assert.Equal(7, read["scalar"].item<long>());
            Assert.Equal([0L, 3L], read["none"].shape);
        }

        static void Is(Tensor got, Tensor wanted, ScalarType type)
        {
            Assert.Equal(type, got.dtype);
            Assert.True(got.to(ScalarType.Float64).Equals(wanted.to(ScalarType.Float64)));
        }
    }

    [Fact]
    public void WhatIsWrittenGivesTheSameLogitsInPyTorch()
    {
        PythonTorch.Need();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet18", ZeroInitLast = false }, 10, 4);
        model.eval();
        string pth = Path.Combine(_folder, "m.pth"), safe = Path.Combine(_folder, "m.safetensors");
        TorchFile.Write(pth, [.. model.state_dict()]);
        StateDict.Save(model, safe);
        PythonTorch.Do("""
            import json, struct, sys, torch, torchvision
            def safetensors(path):
                with open(path, "rb") as file:
                    data = file.read()
                size = struct.unpack("<Q", data[:8])[0]
                types = {"F32": torch.float32, "I64": torch.int64}
                state = {}
                for name, entry in json.loads(data[8:8 + size]).items():
                    begin, end = entry["data_offsets"]
                    raw = bytearray(data[8 + size + begin:8 + size + end])
                    state[name] = torch.frombuffer(raw, dtype=types[entry["dtype"]]).reshape(entry["shape"])
                return state
            folder = sys.argv[1]
            x = (torch.arange(2 * 3 * 64 * 64).reshape(2, 3, 64, 64) % 251) / 100 - 1.25
            out = {}
            for name, state in (("pth", torch.load(folder + "/m.pth")), ("safetensors", safetensors(folder + "/m.safetensors"))):
                model = torchvision.models.resnet18(num_classes=10).eval()
                model.load_state_dict(state)
                with torch.no_grad():
                    out[name] = model(x)
            torch.save(out, folder + "/logits.pth")
            """, _folder);
        Tensor x = arange(2 * 3 * 64 * 64, ScalarType.Int64).reshape(2, 3, 64, 64).remainder(251).to(ScalarType.Float32) / 100 - 1.25f;
        Tensor logits = model.forward(x);
        double largest = logits.abs().max().item<float>();
        foreach ((string name, Tensor theirs) in WeightsFile.Read(Path.Combine(_folder, "logits.pth")))
        {
            double off = (theirs - logits).abs().max().item<float>();
            Assert.True(off <= 1e-4 * largest, $"{name}: off by {off} of {largest}");
        }

        // And here.
        using ImageClassifier other = ModelRegistry.Create(new ModelOptions { Name = "resnet18" }, 10, 5);
        StateDict.Load(other, pth);
        other.eval();
        Assert.True(other.forward(x).Equals(logits));
    }

    [Fact]
    public void WhatWouldRunCodeIsRefusedByItsName()
    {
        PythonTorch.Need();
        string mark = Path.Combine(_folder, "ran");
        PythonTorch.Do("""
            import os, sys, torch
            class Evil:
                def __reduce__(self):
                    return (os.system, (f"touch {sys.argv[1]}/ran",))
            for old in (False, True):
                torch.save({"state_dict": {"w": torch.ones(3), "x": Evil()}}, f"{sys.argv[1]}/evil{old}.pth", _use_new_zipfile_serialization=not old)
            torch.save(torch.nn.Linear(2, 3), f"{sys.argv[1]}/whole.pth")
            """, _folder);
        foreach (string file in Directory.EnumerateFiles(_folder, "evil*"))
        {
            Assert.Contains("tries to use posix.system", Assert.Throws<UserErrorException>(() => WeightsFile.Read(file)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("torch.nn.modules.linear.Linear", Assert.Throws<UserErrorException>(() => WeightsFile.Read(Path.Combine(_folder, "whole.pth"))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(mark));
    }

    [Theory]
    [InlineData("cbuiltins\neval\n(X\u0001\0\0\0at.", "builtins.eval")]
    [InlineData("(ios\nsystem\n.", "os.system")]
    [InlineData("\u0080\u0004\u008c\u0005posix\u008c\u0006system\u0093.", "posix.system")]
    [InlineData("ccollections\nOrderedDict\n)\u0081.", "collections.OrderedDict")]
    [InlineData("cargparse\nNamespace\n(o.", "'o'")]
    [InlineData("\u0082\u0001.", "0x82")]
    [InlineData("Vtext\n.", "'V'")]
    [InlineData("ctorch\nload\n.", "torch.load")]
    public void OpcodesAndNamesOutsideAStateDictAreRefused(string pickle, string named)
    {
        using var stream = new MemoryStream(Encoding.Latin1.GetBytes(pickle));
        Assert.Contains(named, Assert.Throws<PickleException>(() => new PickleReader(stream).Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorCannotReachOutOfItsMemory()
    {
        var storage = new PickledStorage("0", ScalarType.Float32, 6);
        var rebuild = new PickledGlobal("torch._utils", "_rebuild_tensor_v2");
        object? Make(long offset, object?[] shape, object?[] strides) => PickleGlobals.Call(rebuild, [storage, offset, shape, strides, false, null]);
        Assert.IsType<PickledTensor>(Make(0, [2L, 3L], [3L, 1L]));
        Assert.IsType<PickledTensor>(Make(6, [0L], [1L]));
        Assert.Throws<PickleException>(() => Make(1, [2L, 3L], [3L, 1L]));
        Assert.Throws<PickleException>(() => Make(-1, [2L], [1L]));
        Assert.Throws<PickleException>(() => Make(0, [2L], [-1L]));
        Assert.Throws<PickleException>(() => Make(0, [1L << 40, 1L << 40], [0L, 0L]));
        Assert.Throws<PickleException>(() => Make(0, [2L, 3L], [long.MaxValue, 1L]));
        Assert.Throws<PickleException>(() => Make(0, [2L], [1L, 1L]));
    }
}
