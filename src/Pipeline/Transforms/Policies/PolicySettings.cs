namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>What all steps of a policy have in common (timm's <c>hparams</c>).</summary>
/// <param name="Side">Side of the image, in pixels: absolute translations are shares of it.</param>
/// <param name="Interpolation">Bilinear or bicubic, or random: drawn for each geometric operation.</param>
/// <param name="MagnitudeStd">Standard deviation of the magnitudes; infinite: uniform from 0 to the magnitude.</param>
/// <param name="MostMagnitude">Where magnitudes end; 0: at 10.</param>
internal readonly record struct PolicySettings(int Side, Interpolation Interpolation, double MagnitudeStd = 0, double MostMagnitude = 0);
