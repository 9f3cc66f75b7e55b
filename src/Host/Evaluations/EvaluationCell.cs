namespace StreamTrainer.Host.Evaluations;

/// <summary>How test images are made in one pass.</summary>
/// <param name="Resolution">Side of the square test image, in pixels.</param>
/// <param name="CropPct">Its share of the resized short side.</param>
internal readonly record struct EvaluationCell(int Resolution, double CropPct);
