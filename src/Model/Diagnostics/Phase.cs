namespace StreamTrainer.Model.Diagnostics;

/// <summary>What the training thread does.</summary>
public enum Phase
{
    /// <summary>Opening data, building the model, loading a checkpoint, ending.</summary>
    Startup,

    /// <summary>Waiting for a batch: the device has nothing to do.</summary>
    DataWait,

    /// <summary>Batch to the device, mixing, normalising.</summary>
    Transfer,

    /// <summary>Forward pass and loss.</summary>
    Forward,

    /// <summary>Backward pass.</summary>
    Backward,

    /// <summary>Clipping, optimizer, averages.</summary>
    Optimizer,

    /// <summary>Evaluation on the validation set.</summary>
    Evaluation,

    /// <summary>Writing checkpoints.</summary>
    Checkpoint,

    /// <summary>Recording progress.</summary>
    Report,
}
