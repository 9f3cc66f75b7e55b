using System.Diagnostics;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using StreamTrainer.Perf.Harness;
using TorchSharp;
using OptimizerOptions = StreamTrainer.Model.Optimizers.OptimizerOptions;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Cases;

/// <summary>LAMB's step on ResNet-50's parameters: ours over flat memory against a loop over the tensors in plain TorchSharp calls, in place
/// wherever they can be. Wall time.</summary>
internal static class LambStep
{
    private const int Rounds = 15, StepsPerRound = 3;
    private const double Rate = 5e-3, Decay = 0.02, MaxNorm = 1, Beta1 = 0.9, Beta2 = 0.999, Eps = 1e-6;

    /// <summary>How many times as long the loop takes, and milliseconds of both.</summary>
    public static IReadOnlyList<Figure> Measure()
    {
        using var model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = "resnet50" }, 1000);
        using var flat = new FlatState(model);
        using (no_grad())
        {
            // Fixed numbers: what they are does not matter, that they are not zero does.
            flat.Values.uniform_(-0.05, 0.05);
            flat.Gradients.uniform_(-1e-3, 1e-3);
        }

        var options = new OptimizerOptions { Name = OptimizerKind.Lamb, Lr = Rate, WeightDecay = Decay, MaxGradNorm = MaxNorm };
        using IOptimizer ours = Optimizers.Create(options, flat, new HashSet<string>());
        using var loop = new Loop(model);
        Harness.Rounds seconds = Harness.Rounds.Interleave(Rounds, () => Seconds(() => ours.Step(Rate)), () => Seconds(loop.Step));
        return
        [
            Figure.Of("lamb", "1", seconds.B.Zip(seconds.A, (theirs, own) => theirs / own)),
            Figure.Of("lambSeconds", "s", seconds.A.Select(second => second / StepsPerRound)),
            Figure.Of("lambLoopSeconds", "s", seconds.B.Select(second => second / StepsPerRound)),
        ];
    }

    private static double Seconds(Action step)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < StepsPerRound; i++)
        {
            step();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The other side: timm's rules, a tensor at a time.</summary>
    private sealed class Loop : IDisposable
    {
        private readonly (Tensor Value, Tensor Gradient, Tensor First, Tensor Second)[] _parameters;
        private int _steps;

        public Loop(nn.Module model) => _parameters =
        [
            .. model.parameters().Select(value => (value.detach(), value.grad!, zeros_like(value), zeros_like(value))),
        ];

        public void Step()
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            _steps++;
            double norm = Math.Sqrt(_parameters.Sum(parameter => parameter.Gradient.square().sum().item<float>()));
            double unbias1 = 1 - Math.Pow(Beta1, _steps), unbias2 = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
            foreach ((Tensor value, Tensor gradient, Tensor first, Tensor second) in _parameters)
            {
                bool adapts = value.dim() > 1;
                if (norm > MaxNorm)
                {
                    gradient.mul_(Scalars.Of(MaxNorm / norm));
                }

                first.mul_(Scalars.Of(Beta1)).add_(gradient, alpha: Scalars.Of(1 - Beta1));
                second.mul_(Scalars.Of(Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - Beta2));
                Tensor update = first.div(second.sqrt().div_(Scalars.Of(unbias2)).add_(Scalars.Of(Eps), Scalars.One)).div_(Scalars.Of(unbias1));
                double ratio = 1;
                if (adapts)
                {
                    update.add_(value, alpha: Scalars.Of(Decay));
                    double weights = value.norm().item<float>(), updates = update.norm().item<float>();
                    ratio = weights > 0 && updates > 0 ? weights / updates : 1;
                }

                value.add_(update, alpha: Scalars.Of(-Rate * ratio));
            }
        }

        public void Dispose()
        {
            foreach ((Tensor value, Tensor _, Tensor first, Tensor second) in _parameters)
            {
                value.Dispose();
                first.Dispose();
                second.Dispose();
            }
        }
    }
}
