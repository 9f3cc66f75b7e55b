using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>eval RUN|WEIGHTS</c>: scores a model on test sets.</summary>
internal static class EvalCommand
{
    public static Command Create(CommandOutput output)
    {
        var weights = new WeightsOptions();
        var sets = new TestSetOptions();
        Option<string?> against = SharedOptions.Text("--against", WeightsOptions.ArgumentName, "Another model, to compare with on the same images; a file is of the same --recipe or --model.");
        Option<bool> fold = new("--fold") { Description = "Fold norms into the convolutions before them: faster, equal but for rounding." };
        Option<bool> json = SharedOptions.Json("the scores");
        var command = new Verb("eval", """
            Scores a model on test sets: top-1, top-5, mean cross-entropy and calibration, each with its 95 % interval; every image once,
            and none twice: predictions are kept, and a second call takes them.
            """,
            "eval runs/first",
            "eval runs/first --data other.tar --checkpoint last --json",
            "eval runs/a2 --on val,real,v2 --real real.json --v2 /data/imagenetv2 --resolutions 128..384 --crops 0.875,0.9,0.95,1.0",
            "eval runs/first --against runs/second",
            "eval model.safetensors --recipe configs/cifar10.yaml --tta flip",
            "eval timm/resnet50.a1_in1k --val imagenet/val --fold")
        { against, fold, json };
        sets.AddTo(command);
        weights.AddTo(command);
        command.SetAction(parsed => Run(output, new Request(
            parsed.GetValue(json),
            parsed.GetValue(SharedOptions.Verbose),
            note => weights.Find(parsed, sets.WantsRecipesData(parsed), note),
            found => sets.Plan(parsed, found.Recipe, parsed.GetValue(fold)),
            parsed.GetValue(against) is { } name ? note => weights.FindOther(parsed, name, note) : null)));
        return command;
    }

    private static int Run(CommandOutput output, Request request)
    {
        using RankSession session = RankSession.Join();
        Action<string> note = session.Rank == 0 ? line => output.Error.WriteLine(Printable.Text(line)) : _ => { };
        // The first rank before the others: what it fetches they find.
        Models? first = session.Together(() => session.Rank == 0 ? Find(request, note) : null);
        Models models = session.Together(() => first ?? Find(request, note));
        using IProgressDisplay display = ProgressDisplay.For(output.Error, quiet: true, models.Main.Recipe);
        ILogger logger = session.Rank == 0 ? new DisplayLogger(display, request.Verbose) : NullLogger.Instance;
        using var signals = new StopSignals(_ => { }, display.Restore);
        try
        {
            using Evaluations evaluations = session.Together(() => Open(models, logger, note, signals.Token));
            Begin(session);
            using IRanks ranks = session.Ranks(models.Main.Recipe.Distributed);
            EvaluationAnswer? answer = TrainThread.Run(() => Score(evaluations, models.Plan, ranks, signals.Token));
            if (answer is not null)
            {
                Print(output, request.Json, answer);
            }

            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested || session.Rank != 0)
        {
            note("stopped");
            return signals.ExitCode;
        }
    }

    private static Models Find(Request request, Action<string> note)
    {
        RunWeights main = request.Weights(note);
        return new Models(main, request.Plan(main), request.Against?.Invoke(note));
    }

    private static Evaluations Open(Models models, ILogger logger, Action<string> note, CancellationToken stop)
    {
        var main = new ModelEvaluation(models.Main, models.Plan, logger, note, stop);
        try
        {
            // Both may be called best: in one folder each would take the other's place.
            EvaluationPlan plan = models.Plan with { Save = models.Plan.Save is { } save ? Path.Combine(save, "against") : null };
            return new Evaluations(main, models.Against is { } other ? new ModelEvaluation(other, plan, logger, note, stop) : null);
        }
        catch
        {
            main.Dispose();
            throw;
        }
    }

    private static EvaluationAnswer? Score(Evaluations evaluations, EvaluationPlan plan, IRanks ranks, CancellationToken stop)
    {
        IReadOnlyList<Score> scores = evaluations.Main.Run(ranks, stop);
        IReadOnlyList<Score>? others = evaluations.Against?.Run(ranks, stop);
        return ranks.Rank == 0 ? EvaluationAnswer.Of(evaluations.Main, plan, scores, evaluations.Against, others) : null;
    }

    /// <summary>Ranks wait for the first one's word, so that one that fails before it takes none with it into a pass.</summary>
    private static void Begin(RankSession session)
    {
        if (session.Rank == 0)
        {
            session.Tell(new RankOrder("", null));
        }
        else if (session.Hear() is null)
        {
            throw new OperationCanceledException();
        }
    }

    private static void Print(CommandOutput output, bool json, EvaluationAnswer answer)
    {
        if (json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(answer, CommandJson.Default.EvaluationAnswer));
            return;
        }

        using var text = new StringWriter();
        EvaluationText.Write(text, answer);
        output.Out.Write(Printable.Lines(text.ToString()));
    }

    private sealed record Request(
        bool Json, bool Verbose, Func<Action<string>, RunWeights> Weights, Func<RunWeights, EvaluationPlan> Plan, Func<Action<string>, RunWeights>? Against);

    private sealed record Models(RunWeights Main, EvaluationPlan Plan, RunWeights? Against);

    private sealed record Evaluations(ModelEvaluation Main, ModelEvaluation? Against) : IDisposable
    {
        public void Dispose()
        {
            Main.Dispose();
            Against?.Dispose();
        }
    }
}
