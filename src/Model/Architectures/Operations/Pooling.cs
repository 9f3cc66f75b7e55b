namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>PyTorch's rule of how many windows a pooling has.</summary>
internal static class Pooling
{
    /// <summary>Windows along a side; where <paramref name="ceil"/> lets the last reach over the edge, it begins inside.</summary>
    public static int OutputSide(int side, int kernel, int stride, int padding, bool ceil)
    {
        int over = ceil ? stride - 1 : 0;
        int count = (side + 2 * padding - kernel + over) / stride + 1;
        return ceil && (count - 1) * stride >= side + padding ? count - 1 : count;
    }
}
