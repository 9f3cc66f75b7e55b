using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Model.Tests.Training;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "streamtrainer-tests-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void A_failed_save_leaves_what_was_there_and_nothing_else()
    {
        var store = new CheckpointStore(_folder, 3);
        string first = store.Save(new TrainProgress { Step = 1 }, path => File.WriteAllText(Path.Combine(path, "model"), "1"));
        Assert.Throws<IOException>(() => store.Save(new TrainProgress { Step = 2 }, path =>
        {
            File.WriteAllText(Path.Combine(path, "model"), "2");
            throw new IOException("No space left on device");
        }));
        Assert.Equal([first], Directory.GetFileSystemEntries(_folder));
        Assert.Equal(first, store.Latest());
    }

    [Fact]
    public void What_a_killed_process_left_unfinished_is_no_checkpoint()
    {
        var store = new CheckpointStore(_folder, 3);
        string first = store.Save(new TrainProgress { Step = 1 }, _ => { });
        Directory.CreateDirectory(Path.Combine(_folder, ".unfinished-step-00000002"));
        Directory.CreateDirectory(Path.Combine(_folder, "step-00000003"));
        Assert.Equal(first, store.Latest());
        Assert.Null(store.At(3));
        store.Save(new TrainProgress { Step = 2 }, _ => { });
        Assert.NotNull(store.At(2));
    }

    [Fact]
    public void Saving_a_step_again_keeps_the_newer_books()
    {
        var store = new CheckpointStore(_folder, 3);
        store.Save(new TrainProgress { Step = 1 }, _ => { });
        string path = store.Save(new TrainProgress { Step = 1, BestTop1 = 0.5 }, _ => { });
        Assert.Equal(0.5, CheckpointStore.ReadProgress(path).BestTop1);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"format\": 99}")]
    public void A_damaged_or_later_state_file_is_named(string text)
    {
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, CheckpointStore.StateFile);
        File.WriteAllText(file, text);
        var error = Assert.Throws<UserErrorException>(() => CheckpointStore.ReadProgress(_folder));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }
}
