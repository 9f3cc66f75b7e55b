using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace StreamTrainer.Tests;

/// <summary>A small library in C that stands in for one that this machine does not have, built where gcc is.</summary>
public sealed class CompiledLibrary : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-library-").FullName;

    private CompiledLibrary(string name) => Path = System.IO.Path.Combine(_folder, name);

    /// <summary>Compiles and loads it; null where there is no compiler.</summary>
    /// <param name="source">The C file, below the repository.</param>
    /// <param name="name">What the library is called.</param>
    /// <param name="options">More for the compiler, behind the source: libraries.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static CompiledLibrary? Build(string source, string name, params string[] options)
    {
        var library = new CompiledLibrary(name);
        try
        {
            string[] arguments = ["-O1", "-Wall", "-shared", "-fPIC", "-o", library.Path, System.IO.Path.Combine(TestPaths.Repository, source), .. options];
            using Process compiler = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            library.Handle = compiler.ExitCode == 0 ? NativeLibrary.Load(library.Path) : throw new InvalidOperationException(said);
            return library;
        }
        catch (Win32Exception)
        {
            library.Dispose();
            return null;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The loaded library.</summary>
    public nint Handle { get; private set; }

    /// <summary>One of its functions.</summary>
    public nint this[string name] => NativeLibrary.GetExport(Handle, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeLibrary.Free(Handle);
        }

        Directory.Delete(_folder, recursive: true);
    }
}
