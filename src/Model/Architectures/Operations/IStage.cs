namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>A piece of a network that takes one value and gives one.</summary>
internal interface IStage
{
    /// <summary>What it does.</summary>
    /// <param name="operations">The words it is said in.</param>
    /// <param name="input">Its input; left as it is.</param>
    T Apply<T>(IOperations<T> operations, T input)
        where T : class;
}
