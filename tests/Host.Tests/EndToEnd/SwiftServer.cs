using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>OpenStack Swift, an object store that speaks S3 and checks its signatures, on a free port.</summary>
internal sealed class SwiftServer : IDisposable
{
    /// <summary>Who may read.</summary>
    public const string Key = "sesame:keyid0453", Secret = "swift/sesame/0453";

    /// <summary>The bucket of its objects.</summary>
    public const string Bucket = "bucket";

    private const string Python = "/usr/bin/python3";

    private readonly string _folder;
    private readonly Process _process;

    /// <summary>Starts it, or skips the test.</summary>
    public SwiftServer()
    {
        Assert.SkipUnless(File.Exists(Python) && Can("import swift.proxy.server"), $"{Python} has no Swift (apt install python3-swift)");
        Assert.SkipUnless(Can("import os, tempfile\nwith tempfile.TemporaryFile() as file: os.setxattr(file.fileno(), 'user.swift', b'1')"), $"{Path.GetTempPath()} keeps no extended attributes, which Swift needs");
        _folder = Directory.CreateTempSubdirectory("streamtrainer-swift-").FullName;
        var start = new ProcessStartInfo(Python, [Path.Combine(StreamTrainer.Tests.TestPaths.Repository, "tests", "Host.Tests", "EndToEnd", "swift_s3.py"), _folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        Task<string> error = _process.StandardError.ReadToEndAsync();
        _process.StandardInput.WriteLine($"{Key}\n{Secret}");
        _process.StandardInput.Flush();
        // Its only line of output.
        string port = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"Swift does not start: {error.Result}");
        Address = $"http://127.0.0.1:{port}";
    }

    /// <summary>Its address, without a slash.</summary>
    public string Address { get; }

    /// <summary>Makes the bucket and puts objects there.</summary>
    /// <param name="files">The files by their keys.</param>
    public async Task Put(IEnumerable<(string Key, string Path)> files, CancellationToken stop)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = Address,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        };
        using var client = new AmazonS3Client(new BasicAWSCredentials(Key, Secret), config);
        await client.PutBucketAsync(Bucket, stop);
        foreach ((string key, string path) in files)
        {
            await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, FilePath = path, UseChunkEncoding = false }, stop);
        }
    }

    public void Dispose()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool Can(string program)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-c", program]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
