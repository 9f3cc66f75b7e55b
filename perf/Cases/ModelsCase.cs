using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.State;
using StreamTrainer.Perf.Harness;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// Networks, forward and forward with backward, against the same in plain TorchSharp calls and in Debian's PyTorch: same images,
/// channels-last, fp32, one thread. Processor time, so that neighbours count little.
/// </summary>
internal sealed class ModelsCase : IPerfCase
{
    private const int Batch = 8, Side = 96, Classes = 1000;

    /// <summary>Against a process of PyTorch a round takes seconds; against the same process it must be long enough to tell 2 %.</summary>
    private const int PeerRounds = 5, PlainRounds = 15, PlainPasses = 8;

    public string Name => "models";

    public string Description => "networks against plain TorchSharp calls and Debian's PyTorch";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        set_num_threads(1);
        var figures = new List<Figure>();
        using (var plain = new PlainResNet(Classes))
        {
            plain.ToChannelsLast();
            using var ours = new Network("resnet18");
            using var theirs = new Network(plain);
            figures.AddRange(Compare("resnet18", "plain", PlainRounds, train => ours.Work(train, PlainPasses), train => theirs.Work(train, PlainPasses), log));
        }

        foreach (string name in (string[])["resnet50", "efficientnet_b0"])
        {
            using var ours = new Network(name);
            using var inference = new PeerProcess("torch_models.py", name, $"{Batch}", $"{Side}", "forward");
            using var training = new PeerProcess("torch_models.py", name, $"{Batch}", $"{Side}", "train");
            figures.AddRange(Compare(name, "pytorch", PeerRounds, train => ours.Work(train, 1), train => (train ? training : inference).Work(1), log));
        }

        return figures;
    }

    private static IEnumerable<Figure> Compare(string name, string other, int rounds, Func<bool, double> ours, Func<bool, double> theirs, TextWriter log)
    {
        foreach (bool train in (bool[])[false, true])
        {
            string what = train ? "train" : "forward";
            log.WriteLine($"{name}, {what}, batch {Batch}, {Side} px, fp32, one thread, {rounds} rounds, against {other}");
            Harness.Rounds seconds = Harness.Rounds.Interleave(rounds, () => ours(train), () => theirs(train));
            yield return Figure.Of($"{name}.{what}.over.{other}", "1", seconds.Ratios);
            yield return Figure.Of($"{name}.{what}Seconds", "s", seconds.A);
        }
    }

    /// <summary>A network and what it works on.</summary>
    private sealed class Network : IDisposable
    {
        private readonly nn.Module<Tensor, Tensor> _model;
        private readonly FlatState? _flat;
        private readonly Tensor _images = rand(Batch, Side, Side, 3).permute(0, 3, 1, 2), _labels = randint(Classes, [Batch], ScalarType.Int64);
        private readonly bool _owned;

        public Network(string name)
        {
            ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = name, ZeroInitLast = false }, Classes, 0);
            _model = model;
            _flat = new FlatState(model);
            _owned = true;
        }

        public Network(nn.Module<Tensor, Tensor> plain) => _model = plain;

        /// <summary>Seconds of processor time of a pass.</summary>
        public double Work(bool train, int passes) => CpuTime.Of(() =>
        {
            for (int i = 0; i < passes; i++)
            {
                Pass(train);
            }
        }) / passes;

        public void Dispose()
        {
            _images.Dispose();
            _labels.Dispose();
            _flat?.Dispose();
            if (_owned)
            {
                _model.Dispose();
            }
        }

        private void Pass(bool train)
        {
            using var scope = NewDisposeScope();
            _model.train(train);
            if (!train)
            {
                using var guard = no_grad();
                _model.forward(_images);
                return;
            }

            if (_flat is not null)
            {
                _flat.ZeroGradients();
            }
            else
            {
                _model.zero_grad();
            }

            nn.functional.cross_entropy(_model.forward(_images), _labels).backward();
        }
    }
}
