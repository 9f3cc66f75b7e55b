namespace StreamTrainer.Host.Service.Launch.Native;

/// <summary>What became of waiting for a child.</summary>
internal enum Waited
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended, and is reaped.</summary>
    Ended,

    /// <summary>It is no child of this process, or was reaped before.</summary>
    NotOurs,
}
