using System.Text;
using StreamTrainer.Host.Doctor;
using StreamTrainer.Host.Runs;
using Xunit;

namespace StreamTrainer.Host.Tests.Doctor;

/// <summary>What the doctor makes of what it sees; on a real machine the end-to-end tests ask it.</summary>
public sealed class DoctorTests
{
    [Fact]
    public void A_step_that_works_is_well() => Assert.Equal(CheckState.Ok, ConvolutionCheck.Judge(0, "works", "").State);

    [Theory]
    [InlineData(136, "SIGFPE")]
    [InlineData(132, "SIGILL")]
    [InlineData(139, "SIGSEGV")]
    [InlineData(1, "exit code 1: a reason")]
    [InlineData(128 + 60, "exit code 188")]
    public void A_step_that_dies_is_seen_and_explained(int code, string seen)
    {
        DoctorCheck check = ConvolutionCheck.Judge(code, "", "a reason\nand its stack");
        Assert.Equal(CheckState.Failed, check.State);
        Assert.Contains(seen, check.Seen, StringComparison.Ordinal);
        Assert.NotNull(check.Advice);
    }

    [Fact]
    public void A_process_that_really_dies_of_a_signal_has_such_a_code()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are Linux's here");
        using var process = System.Diagnostics.Process.Start("/bin/sh", ["-c", "kill -FPE $$"]);
        process.WaitForExit();
        Assert.Contains("SIGFPE", ConvolutionCheck.Judge(process.ExitCode, "", "").Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_known_jpeg_is_decoded_to_the_known_pixels() => Assert.Equal(CheckState.Ok, DecodeCheck.Run().State);

    [Theory]
    [InlineData("xx mozjpeg version 5.0.0 (build 20260926)", "mozjpeg 5.0.0")]
    [InlineData("libjpeg-turbo version 2.1.5\0", "libjpeg-turbo 2.1.5")]
    [InlineData("the mozjpeg version of this", null)]
    [InlineData("mozjpeg version ", null)]
    [InlineData("", null)]
    public void The_jpeg_library_is_found_in_its_own_words(string bytes, string? expected) =>
        Assert.Equal(expected, JpegVersion.Find(Encoding.ASCII.GetBytes(bytes)));

    [Theory]
    [InlineData(16L << 30, null, CheckState.Ok)]
    [InlineData(16L << 30, 1L << 30, CheckState.Warning)]
    [InlineData(3L << 30, null, CheckState.Warning)]
    [InlineData(3L << 30, 64L << 30, CheckState.Warning)]
    public void The_smaller_of_memory_and_limit_counts(long available, long? limit, object expected) =>
        Assert.Equal(expected, DoctorChecks.Memory(new MachineFacts { AvailableMemoryBytes = available, CgroupMemoryBytes = limit }).State);
}
