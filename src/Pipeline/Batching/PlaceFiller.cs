using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// Fills a place in a batch: with its sample's pixels or, in a training, with those of another sample where it cannot be used. A
/// pure function of the data and the place. One thread's.
/// </summary>
/// <param name="source">Where stand-ins come from.</param>
/// <param name="evaluation">Whether the place of a sample that cannot be used stays empty.</param>
/// <param name="transform">Makes the pixels; not disposed.</param>
/// <param name="bad">Told the index of each sample that cannot be used, and why.</param>
internal sealed class PlaceFiller(ISampleSource source, bool evaluation, IImageTransform transform, Action<long, string> bad) : IDisposable
{
    /// <summary>In place of an index: there is no sample.</summary>
    public const long Nothing = -1;

    /// <summary>So many candidates to replace a bad sample are tried; where all are bad, the data set is.</summary>
    private const int MostReplacements = 64;

    private readonly EncodedSample _spare = new();

    /// <summary>Fills a place.</summary>
    /// <param name="place">The place of a sample that is one.</param>
    /// <param name="sample">The sample's bytes.</param>
    /// <param name="unreadable">Why they could not be read; none where they were.</param>
    /// <param name="target">Gets the pixels.</param>
    /// <param name="timing">Gets the ticks spent added.</param>
    /// <returns>The index of the sample whose pixels are there; <see cref="Nothing"/> where there are none.</returns>
    /// <exception cref="UserErrorException">No sample can be found that can be used.</exception>
    public long Fill(in SamplePlace place, EncodedSample sample, string? unreadable, Span<byte> target, ref TransformTiming timing)
    {
        if ((unreadable ?? Try(sample, place, target, ref timing)) is not { } error)
        {
            return place.Index;
        }

        bad(place.Index, error);
        return evaluation ? Nothing : Replace(place, target, ref timing);
    }

    /// <inheritdoc/>
    public void Dispose() => _spare.Dispose();

    /// <summary>What stands in for a bad sample depends on its place and on the data alone: candidates are drawn for the
    /// place, and the first that can be used is.</summary>
    private long Replace(in SamplePlace place, Span<byte> target, ref TransformTiming timing)
    {
        SampleRandom draws = place.Random(RandomStream.Replacement);
        for (int tries = 0; tries < MostReplacements; tries++)
        {
            long candidate = (long)(draws.Next() * source.Count);
            string? error = SampleReader.Try(source, candidate, _spare) ?? Try(_spare, place with { Index = candidate }, target, ref timing);
            if (error is null)
            {
                return candidate;
            }

            bad(candidate, error);
        }

        throw new UserErrorException($"{source.Name}: {MostReplacements} samples drawn to replace {source.NameOf(place.Index)} cannot be used either; look at the samples listed");
    }

    /// <summary>Why a sample cannot be used; none where its pixels are in place.</summary>
    private string? Try(EncodedSample sample, in SamplePlace place, Span<byte> target, ref TransformTiming timing)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            transform.Apply(sample, place, target, ref timing);
            return null;
        }
        catch (BadSampleException error)
        {
            timing = timing with { DecodeTicks = timing.DecodeTicks + Stopwatch.GetTimestamp() - start };
            return error.Message;
        }
        catch (Exception error)
        {
            throw PipelineFailure.At(source, place.Index, "decoding", error);
        }
    }
}
