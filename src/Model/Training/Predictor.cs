using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Losses;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>Classifies images one by one, seen as in an evaluation. The thread's that makes it.</summary>
public sealed class Predictor : IDisposable
{
    private readonly ImageClassifier _model;
    private readonly bool _binary;
    private readonly TestTimeAugmentation _tta;
    private readonly ComputeDevice _device;
    private readonly EvaluationTransform _transform;
    private readonly DeviceFeed _feed;
    private readonly EncodedSample _sample = new();

    /// <summary>A predictor.</summary>
    /// <param name="model">The model, in evaluation mode; not disposed.</param>
    /// <param name="recipe">Size, crop and normalisation.</param>
    /// <param name="device">Where the model is.</param>
    public Predictor(ImageClassifier model, Recipe recipe, ComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(device);
        _model = model;
        _binary = recipe.Loss.Name == LossKind.Bce;
        _tta = recipe.Eval.Tta;
        _device = device;
        _transform = new EvaluationTransform(recipe.Eval, recipe.Data.ExifOrientation, recipe.Data.Decoder, recipe.Data.Mean);
        _feed = new DeviceFeed(device.Device, recipe.Data.Mean, recipe.Data.Std);
    }

    /// <summary>How likely each class is: by softmax; by each class's own sigmoid where binary cross-entropy trained every class
    /// by itself.</summary>
    /// <param name="image">An image file's bytes.</param>
    /// <exception cref="Pipeline.Decoding.BadSampleException">They are no image that can be used.</exception>
    public double[] Probabilities(ReadOnlySpan<byte> image)
    {
        image.CopyTo(_sample.Reserve(image.Length));
        _sample.Kind = PayloadKind.Encoded;
        ImageSize size = _transform.OutputSize;
        var pixels = new byte[3 * size.Width * size.Height];
        var timing = default(TransformTiming);
        _transform.Apply(_sample, default, pixels, ref timing);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using IDisposable? autocast = _device.Autocast();
        Tensor input = _feed.Normalise(tensor(pixels, [1, size.Height, size.Width, 3]).to(_device.Device));
        Tensor logits = TestTimeForward.Logits(_model, input, _tta).to(ScalarType.Float64).cpu();
        return (_binary ? logits.sigmoid() : logits.softmax(1)).reshape(-1).data<double>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transform.Dispose();
        _feed.Dispose();
        _sample.Dispose();
    }
}
