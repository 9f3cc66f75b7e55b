using StreamTrainer.Host.Runs;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>The machine as its files tell it.</summary>
public sealed class MachineFactsTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void This_machine_can_be_read()
    {
        MachineFacts facts = MachineFacts.Read();
        Assert.NotEmpty(facts.Cpu);
        Assert.Equal(Environment.ProcessorCount, facts.Cores);
        Assert.True(facts.MachineCores >= 1);
        Assert.True(facts.AvailableMemoryBytes > 0 && facts.AvailableMemoryBytes <= facts.MemoryBytes);
    }

    [Fact]
    public void Processor_and_memory_are_read()
    {
        _root.Write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nflags\t\t: fpu avx2 avx512f avx512_bf16x\n\nprocessor\t: 1\nmodel name\t: Some CPU @ 3 GHz\n");
        _root.Write("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    500 kB\n");
        MachineFacts facts = MachineFacts.Read(_root.Path);
        Assert.Equal("Some CPU @ 3 GHz", facts.Cpu);
        Assert.Equal(["avx2", "avx512f"], facts.InstructionSets);
        Assert.Equal(2, facts.MachineCores);
        Assert.Equal(1_024_000, facts.MemoryBytes);
        Assert.Equal(512_000, facts.AvailableMemoryBytes);
        Assert.Null(facts.CgroupCores);
        Assert.Null(facts.CgroupMemoryBytes);
    }

    [Fact]
    public void The_smallest_limit_of_version_2_counts()
    {
        _root.Write("proc/self/cgroup", "0::/a/b\n");
        _root.Write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
        _root.Write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
        _root.Write("sys/fs/cgroup/a/b/memory.max", "2000\n");
        _root.Write("sys/fs/cgroup/a/memory.max", "max\n");
        Assert.Equal(new CgroupLimits(1.5, 2000), CgroupLimits.Read(_root.Path));
    }

    [Fact]
    public void In_a_container_the_mount_itself_is_the_group()
    {
        _root.Write("proc/self/cgroup", "0::/../../host/path\n");
        _root.Write("sys/fs/cgroup/cpu.max", "200000 100000\n");
        _root.Write("sys/fs/cgroup/memory.max", "4096\n");
        Assert.Equal(new CgroupLimits(2, 4096), CgroupLimits.Read(_root.Path));
    }

    [Fact]
    public void Limits_of_version_1_count_and_no_limit_is_none()
    {
        _root.Write("proc/self/cgroup", "4:cpu,cpuacct:/a\n3:memory:/a\n1:name=systemd:/x\n");
        _root.Write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n");
        _root.Write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
        _root.Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
        _root.Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
        _root.Write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        Assert.Equal(new CgroupLimits(0.5, null), CgroupLimits.Read(_root.Path));
    }
}
