namespace StreamTrainer.Pipeline.Batching;

/// <summary>Brings samples closer before a reader asks for them.</summary>
internal interface IPrefetcher
{
    /// <summary>The dispatcher has dealt so many samples more.</summary>
    void Dealt(int count);

    /// <summary>Fetches until the plan or the pipeline ends. Any number of threads.</summary>
    void Run();

    /// <summary>Ends all threads.</summary>
    void Close();
}
