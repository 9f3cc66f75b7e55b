namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>MCUs that are wanted: columns <c>[Left, Right)</c> of rows <c>[Top, Bottom)</c>.</summary>
internal readonly record struct McuWindow(int Left, int Top, int Right, int Bottom);
