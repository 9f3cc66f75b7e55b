namespace StreamTrainer.Model.Distributed;

/// <summary>Makes of pieces of the flat gradient their sums over the ranks. One thread's at a time.</summary>
internal interface IBucketReducer : IDisposable
{
    /// <summary>Sends a piece whose gradients are ready, or launched; it may not be done yet.</summary>
    void Reduce(GradientBucket bucket);

    /// <summary>Whatever is launched from here on finds the sums. The training thread's.</summary>
    void Complete();
}
