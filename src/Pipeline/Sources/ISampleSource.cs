using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Labelled samples by index: what they weigh in memory is their index, never their bytes. All members may be called from
/// any thread at once.
/// </summary>
public interface ISampleSource : IDisposable
{
    /// <summary>Where the samples come from, as the user wrote it; for messages.</summary>
    string Name { get; }

    /// <summary>How many samples there are.</summary>
    long Count { get; }

    /// <summary>The names of the classes; a label is an index into it.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many different samples there are: fewer than <see cref="Count"/> where some come more than once.</summary>
    long Distinct => Count;

    /// <summary>A number below <see cref="Distinct"/>, the same for indices of the same sample.</summary>
    long OriginOf(long index) => index;

    /// <summary>The class of sample <paramref name="index"/>.</summary>
    int LabelOf(long index);

    /// <summary>What to call sample <paramref name="index"/> in a message (its path); not for the hot path.</summary>
    string NameOf(long index);

    /// <summary>The path of sample <paramref name="index"/> inside the source, with <c>/</c> between its parts: what it is called
    /// wherever the source is moved to or made into. Not for the hot path.</summary>
    string PathOf(long index) => string.Create(CultureInfo.InvariantCulture, $"{ClassNames[LabelOf(index)]}/{index:D8}");

    /// <summary>What is different once the bytes of any sample are others: sizes and times of change of the files, checksums where they
    /// are kept; empty where nothing of the kind is known. May look at every file. Not for the hot path.</summary>
    string ContentVersion => "";

    /// <summary>How many reads at a time it serves best, unless the recipe says.</summary>
    int Readers => 2;

    /// <summary>What it has asked for since it was opened; nothing where its samples lie in memory.</summary>
    ReadCounts Reads => default;

    /// <summary>Whether <see cref="Prefetch"/> does anything.</summary>
    bool CanPrefetch => false;

    /// <summary>Whether <see cref="PrefetchBlock"/> does anything: more sources know how to read neighbours in one go than single samples.</summary>
    bool CanPrefetchBlocks => CanPrefetch;

    /// <summary>Brings a sample that will be read soon closer, from a network to this machine; may take as long as that takes.</summary>
    /// <exception cref="IOException">It cannot be read; <see cref="Read"/> will say so too.</exception>
    void Prefetch(long index)
    {
    }

    /// <summary>The same for neighbours that will all be read soon: together they cost as little as one.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    void PrefetchBlock(long first, long count)
    {
        for (long i = first; i < first + count; i++)
        {
            Prefetch(i);
        }
    }

    /// <summary>
    /// Reads the bytes of sample <paramref name="index"/> into <paramref name="sample"/>, which grows as needed.
    /// </summary>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    void Read(long index, EncodedSample sample);
}
