namespace StreamTrainer.Pipeline.Transforms;

/// <summary>A rectangle of whole pixels inside an image.</summary>
public readonly record struct CropBox(int Left, int Top, int Width, int Height);
