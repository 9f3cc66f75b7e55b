namespace StreamTrainer.Host.Statistics;

/// <summary>The images whose confidence lies in one bin; a point of a reliability diagram.</summary>
/// <param name="Low">The bin's lower end, not in it (the first bin's is).</param>
/// <param name="High">Its upper end, in it.</param>
/// <param name="Count">Images in it.</param>
/// <param name="Confidence">Their mean confidence; NaN where there is none.</param>
/// <param name="Accuracy">The share of them that is right; NaN where there is none.</param>
internal readonly record struct CalibrationBin(double Low, double High, long Count, double Confidence, double Accuracy);
