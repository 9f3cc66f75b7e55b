namespace StreamTrainer.Pipeline.Sources;

/// <summary>A file beside the images that says their classes.</summary>
internal static class AnnotationFile
{
    /// <summary>Reads one wholly.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Makes of its bytes what is wanted.</param>
    /// <exception cref="UserErrorException">It is missing, cannot be read, or is not what it should be.</exception>
    public static T Read<T>(string path, Func<byte[], T> read)
    {
        try
        {
            return read(File.ReadAllBytes(path));
        }
        catch (InvalidDataException error)
        {
            throw new UserErrorException($"{path}: cannot be read: {error.Message.TrimEnd('.')}; download it again", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(path, error);
        }
    }

    /// <summary>The first of some places of a file that is there.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="remedy">What is to be done where none is.</param>
    /// <param name="places">The places, from the folder on; the first is the usual one.</param>
    /// <exception cref="UserErrorException">None is.</exception>
    public static string Find(string folder, string remedy, params ReadOnlySpan<string> places)
    {
        foreach (string place in places)
        {
            string path = Path.Combine(folder, place);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new UserErrorException($"{Path.Combine(folder, places[0])}: missing; {remedy}");
    }
}
