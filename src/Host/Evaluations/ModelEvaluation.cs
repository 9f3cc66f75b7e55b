using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Commands;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Evaluations;

/// <summary>
/// One model on the test sets of a plan, one pass over a set's images for each test image: whatever labels are asked for come from the
/// same answers, and answers that an earlier call saved are not computed again. Made on the main thread, which checks all that can be
/// checked; run on a thread of its own.
/// </summary>
internal sealed class ModelEvaluation : IDisposable
{
    private const string Cached = "evaluations";

    private readonly RunWeights _weights;
    private readonly EvaluationPlan _plan;
    private readonly ILogger _logger;
    private readonly Action<string> _note;
    private readonly EvaluationStore _store;
    private readonly string _checksum;
    private readonly List<ImageSet> _images = [];
    private readonly Dictionary<string, int[][]> _right = [];
    private ImageClassifier? _model;

    /// <summary>Opens the images and looks whether the model can be scored on them.</summary>
    /// <param name="weights">The model.</param>
    /// <param name="plan">What is to be scored.</param>
    /// <param name="logger">The log.</param>
    /// <param name="note">Told, in a line, what is scored and what is taken from an earlier call.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="UserErrorException">It cannot.</exception>
    public ModelEvaluation(RunWeights weights, EvaluationPlan plan, ILogger logger, Action<string> note, CancellationToken stop)
    {
        _weights = weights;
        _plan = plan;
        _logger = logger;
        _note = note;
        _checksum = PredictionKey.ChecksumOf(weights.File);
        _store = new EvaluationStore(plan.Save ?? (weights.Run is { } run ? Path.Combine(run, "evaluations") : DataCache.File(Cached, _checksum)), note);
        try
        {
            // Before any images are looked for: with a wrong model it does not matter where they are.
            foreach (string set in plan.Sets.Where(set => TestSet.IsImageNets(set) && (weights.ClassNames is not null || weights.Recipe.Model.NumClasses is not null)))
            {
                ImageNetClasses.Outputs(weights.ClassNames, weights.OutputsFor([]), set);
            }

            foreach (string name in plan.Sets.Select(TestSet.ImagesOf).Distinct(StringComparer.Ordinal))
            {
                ISampleSource source = SampleSources.Open(plan.Locations[name], logger);
                string fingerprint;
                try
                {
                    fingerprint = SourceFingerprint.Of(source, stop);
                }
                catch
                {
                    source.Dispose();
                    throw;
                }

                _images.Add(new ImageSet(name, Labelled(source, name), fingerprint));
            }

            if (plan.Sets.Contains(TestSet.Real))
            {
                ISampleSource val = _images.First(images => images.Name == TestSet.Val).Source;
                _right[TestSet.Real] = RealLabels.Read(plan.RealFile!).Of(val, Outputs(val, TestSet.Real));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model's weights.</summary>
    public RunWeights Weights => _weights;

    /// <summary>Where predictions and scores are kept.</summary>
    public string Folder => _store.Folder;

    /// <summary>Scores all sets, in their order, each at all test images; nothing on ranks that are not the first. Blocks the calling thread.</summary>
    /// <param name="ranks">The processes that score together; all call this.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public IReadOnlyList<Score> Run(IRanks ranks, CancellationToken stop)
    {
        ComputeDevice device = ComputeDevice.Resolve(_weights.Recipe.Train, _logger, ranks.LocalRank);
        CancellationToken agreed = ranks.Agree(stop);
        var passes = new List<Pass>();
        foreach (EvaluationCell cell in _plan.CellsOf(_weights.Recipe.Eval))
        {
            Recipe recipe = _weights.Recipe with
            {
                Eval = _weights.Recipe.Eval with { Size = cell.Resolution, CropPct = cell.CropPct, Tta = _plan.Tta ?? _weights.Recipe.Eval.Tta },
            };
            passes.AddRange(_images.Select(images =>
            {
                var key = new PredictionKey(_checksum, images.Fingerprint, PredictionKey.SettingsOf(recipe, device, _plan.Fold));
                string name = EvaluationStore.NameOf(images.Name, cell, recipe.Eval.Tta, _weights.Label);
                (SavedPredictions saved, bool kept) = Answers(images, name, key, recipe, device, ranks, agreed);
                return new Pass(images, cell, recipe.Eval.Tta, saved, kept ? name : null);
            }).ToList());
        }

        // After the last word between ranks: what is wrong with a score leaves nobody waiting.
        return ranks.Rank == 0 ? Scores(passes) : [];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.ForEach(images => images.Source.Dispose());
        _model?.Dispose();
    }

    /// <summary>The scores of all sets, noted in the list too; in the order in which the sets were asked for.</summary>
    private Score[] Scores(IReadOnlyList<Pass> passes)
    {
        (Score Score, EvaluationRow Row)[] all = [.. _plan.Sets.SelectMany(set => passes.Where(pass => pass.Images.Name == TestSet.ImagesOf(set)).Select(pass =>
        {
            Score score = Scorer.Of(set, pass.Cell, pass.Tta, _weights.Label, pass.Saved, _right.GetValueOrDefault(set), _weights.ClassNames ?? pass.Images.Source.ClassNames);
            return (score, EvaluationRow.Of(score, pass.File));
        }))];
        _store.Add([.. all.Select(each => each.Row)]);
        return [.. all.Select(each => each.Score)];
    }

    private (SavedPredictions Saved, bool Kept) Answers(
        ImageSet images, string name, PredictionKey key, Recipe recipe, ComputeDevice device, IRanks ranks, CancellationToken stop)
    {
        string what = $"{images.Name} at {recipe.Eval.Size}, crop {recipe.Eval.CropPct:0.###}{(recipe.Eval.Tta == TestTimeAugmentation.None ? "" : $", {TtaName.Of(recipe.Eval.Tta)}")}";
        SavedPredictions? found = ranks.Rank == 0 ? _store.Find(name, key) : null;
        if (ranks.Decide(found is not null))
        {
            _note($"{what}: from {Path.Combine(_store.Folder, name)}, nothing is scored again");
            // What other ranks return is not looked at.
            return (found!, true);
        }

        _note($"{what}: scoring {Counted.Of(images.Source.Count, "image")}");
        ImageClassifier model = _model ??= Load(images.Source, device);
        var answers = new ImagePredictions(checked((int)images.Source.Count), _weights.OutputsFor(images.Source.ClassNames));
        new Evaluator(images.Source, recipe, device, _logger, ranks: ranks).Run(model, stop, answers);
        var saved = new SavedPredictions(key, [.. Enumerable.Range(0, answers.Count).Select(i => IdentityOf(images.Source.PathOf(i)))], answers);
        return (saved, ranks.Rank == 0 && _store.Save(name, saved));
    }

    private ImageClassifier Load(ISampleSource source, ComputeDevice device)
    {
        ImageClassifier model = _weights.Load(source.ClassNames, device);
        if (_plan.Fold)
        {
            model.Fold();
        }

        return model;
    }

    private ISampleSource Labelled(ISampleSource source, string set)
    {
        if (set == TestSet.V2)
        {
            IReadOnlyList<int> outputs = Owned(source, () => Outputs(source, set));
            return NumberedClasses.Align(source, _weights.ClassNames ?? [.. Enumerable.Range(0, outputs.Count).Select(number => $"{number}")], outputs);
        }

        if (_weights is { ClassNames: { } names, AreOfARun: true })
        {
            return ClassMap.Align(source, names, _weights.File);
        }

        int known = _weights.OutputsFor(source.ClassNames);
        if (source.ClassNames.Count < known)
        {
            _note($"{source.Name}: has {Counted.Of(source.ClassNames.Count, "class", "classes")}, and {_weights.File} tells {known} apart and does not say which; they are taken for the first {source.ClassNames.Count}");
        }

        return source.ClassNames.Count <= known
            ? source
            : Owned<ISampleSource>(source, () => throw new UserErrorException($"{source.Name}: has {source.ClassNames.Count} classes, and the model {_weights.File} tells {known} apart; name the data that it was trained for"));
    }

    private IReadOnlyList<int> Outputs(ISampleSource source, string set) => ImageNetClasses.Outputs(_weights.ClassNames, _weights.OutputsFor(source.ClassNames), set);

    private static T Owned<T>(ISampleSource source, Func<T> work)
    {
        try
        {
            return work();
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static ulong IdentityOf(string path) => XxHash64.HashToUInt64(MemoryMarshal.AsBytes(path.AsSpan()));

    private sealed record ImageSet(string Name, ISampleSource Source, string Fingerprint);

    private sealed record Pass(ImageSet Images, EvaluationCell Cell, TestTimeAugmentation Tta, SavedPredictions Saved, string? File);
}
