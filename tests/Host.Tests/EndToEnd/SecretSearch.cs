using System.Text;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>Looks for credentials where none may be.</summary>
internal static class SecretSearch
{
    /// <summary>None is in what was said, nor in a file below these folders or in its name.</summary>
    public static void AssertNowhere(string said, IEnumerable<string> folders, params IReadOnlyList<string> secrets)
    {
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));
        int files = 0;
        foreach (string file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(file);
            }
            catch (FileNotFoundException)
            {
                // A temporary name in the cache, where other tests' programs write too; renamed by now.
                continue;
            }

            Assert.All(secrets, secret => Assert.False(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0 || file.Contains(secret, StringComparison.Ordinal), $"{secret} in {file}"));
            files++;
        }

        Assert.NotEqual(0, files);
    }
}
