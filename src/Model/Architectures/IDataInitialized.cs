using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures;

/// <summary>A network whose first weights come from data.</summary>
public interface IDataInitialized
{
    /// <summary>Sets them; once, before the first step of a fresh run.</summary>
    /// <param name="images">Some thousand training images, normalised, <c>[n, 3, height, width]</c>.</param>
    void Initialize(Tensor images);
}
