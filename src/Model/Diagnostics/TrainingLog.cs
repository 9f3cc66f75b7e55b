using Microsoft.Extensions.Logging;

namespace StreamTrainer.Model.Diagnostics;

/// <summary>All log messages of this project; event ids from 2000.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(2000, LogLevel.Information, "{Remedy}")]
    public static partial void RemedyApplied(ILogger logger, string remedy);

    [LoggerMessage(2001, LogLevel.Information, "training {Model} ({Parameters} parameters, {Classes} classes) on {Device} in {Precision}: {Samples} images, {Steps} steps")]
    public static partial void Starting(ILogger logger, string model, long parameters, int classes, string device, string precision, long samples, long steps);

    [LoggerMessage(2002, LogLevel.Information, "resumed from {Path} at step {Step}")]
    public static partial void Resumed(ILogger logger, string path, long step);

    [LoggerMessage(2003, LogLevel.Warning, "the checkpoint at step {Step} was not saved: {Reason}; training goes on, and the next one is tried")]
    public static partial void CheckpointFailed(ILogger logger, long step, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "train.precision is bf16 and this device does not compute it: it is emulated, slower than fp32")]
    public static partial void EmulatedBf16(ILogger logger);

    [LoggerMessage(2005, LogLevel.Warning, "the run was started with {Before} threads and goes on with {Now}: results will agree, but not to the bit")]
    public static partial void ThreadsChanged(ILogger logger, int before, int now);

    [LoggerMessage(2006, LogLevel.Warning, "sample {Sample} cannot be used: {Reason}")]
    public static partial void SampleRejected(ILogger logger, string sample, string reason);

    [LoggerMessage(2007, LogLevel.Information, "stopping after step {Step}, as asked")]
    public static partial void Stopping(ILogger logger, long step);

    [LoggerMessage(2009, LogLevel.Information, "train.microBatchSize is {Micro}: batch norm takes its statistics over {Micro} images and not over a group's {Group}; all else is as with whole groups")]
    public static partial void SmallerStatistics(ILogger logger, int micro, int group);

    [LoggerMessage(2010, LogLevel.Information, "train.groupSize is {Group} and the batch has {Batch}: it is mixed as one group, and batch norm takes its statistics over {Batch} images")]
    public static partial void SmallerGroup(ILogger logger, int group, int batch);

    [LoggerMessage(2011, LogLevel.Information, "step {Step} was left out: gradients overflowed fp16; the loss scale is now {Scale}")]
    public static partial void StepSkipped(ILogger logger, long step, double scale);

    [LoggerMessage(2008, LogLevel.Warning, "the run was started in {Before} and goes on in {Now}: results will differ a little")]
    public static partial void PrecisionChanged(ILogger logger, string before, string now);

    [LoggerMessage(2012, LogLevel.Information, "starts from the weights of {File}; {Head}")]
    public static partial void StartsFrom(ILogger logger, string file, string head);

    [LoggerMessage(2013, LogLevel.Information, "only {Parts} are trained, {Parameters} parameters; all else stays, its batch norm uses its running statistics and keeps them")]
    public static partial void TrainsOnly(ILogger logger, string parts, long parameters);

    [LoggerMessage(2014, LogLevel.Information, "images are {Side} px from epoch {Epoch} on")]
    public static partial void ImagesAre(ILogger logger, int side, long epoch);

    [LoggerMessage(2020, LogLevel.Information, "train.groupSize is {Group} and each of {Ranks} ranks has a part of a group: it is mixed as a whole one, but batch norm takes its statistics over {Share} images and not over {Whole}")]
    public static partial void SharedGroup(ILogger logger, int group, int ranks, int share, int whole);

    [LoggerMessage(2021, LogLevel.Information, "{Ranks} ranks train together: {Hosts}")]
    public static partial void Together(ILogger logger, int ranks, string hosts);

    [LoggerMessage(2030, LogLevel.Warning, "{Message}")]
    public static partial void Alarmed(ILogger logger, string message);

    [LoggerMessage(2031, LogLevel.Warning, "checkpoint {Path} is passed over: {Reason}")]
    public static partial void CheckpointDamaged(ILogger logger, string path, string reason);
}
