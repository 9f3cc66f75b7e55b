using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>
/// A few lines at the bottom of a terminal that change, and lines above them that stay. A thread of its own draws; the training
/// thread only leaves the newest event.
/// </summary>
internal sealed class LiveProgress : IProgressDisplay
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<string> _notes = new();
    private readonly IAnsiConsole _console;
    private readonly int _epochs;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _end = new();
    private volatile RunStarted? _run;
    private volatile StepLogged? _step;
    private volatile Evaluated? _score;

    public LiveProgress(IAnsiConsole console, int epochs)
    {
        _console = console;
        _epochs = epochs;
        _thread = new Thread(Draw) { Name = "progress", IsBackground = true };
        _thread.Start();
    }

    public void On(TrainingEvent happened)
    {
        switch (happened)
        {
            case RunStarted run:
                _run = run;
                Note(ProgressText.Started(run));
                break;
            case StepLogged step:
                _step = step;
                break;
            case Evaluated score:
                _score = score;
                Note(ProgressText.Evaluated(score));
                break;
        }
    }

    public void Note(string text) => _notes.Enqueue(text);

    public void Dispose()
    {
        if (!_end.IsSet)
        {
            _end.Set();
            _thread.Join();
            _console.Cursor.Show();
        }
    }

    private void Draw() => _console.Live(new Text("")).AutoClear(true).Start(context =>
    {
        bool last;
        do
        {
            last = _end.Wait(s_between);
            while (_notes.TryDequeue(out string? note))
            {
                _console.WriteLine(Printable.Text(note));
            }

            context.UpdateTarget(last ? new Text("") : Picture());
        }
        while (!last);
    });

    private IRenderable Picture()
    {
        if (_run is not { } run)
        {
            return new Text("starting");
        }

        if (_step is not { } step)
        {
            return new Text("the first step");
        }

        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "", "");
        void Row(string a, string b, string c, string d) => table.AddRow(new Text(a), new Text(b), new Text(c), new Text(d));
        Row("epoch", Format($"{step.Epoch + 1}/{_epochs}"), "step", Format($"{step.Step}/{run.TotalSteps}"));
        Row("loss", Format($"{step.Loss:F4}"), "learning rate", Format($"{step.LearningRate:G4}"));
        Row("images/s", Format($"{step.ImagesPerSecond:F0}"), "waiting for data", Format($"{100 * step.DataWaitShare:F1} %"));
        Row("time left", ProgressText.Duration(step.SecondsLeft), "top-1", _score is { } score ? Format($"{100 * score.Top1:F2} %") : "");
        double share = run.TotalSteps == 0 ? 0 : step.Step / (double)run.TotalSteps;
        int width = Math.Clamp(_console.Profile.Width - 10, 10, 60), done = (int)(share * width);
        return new Rows(new Text(Format($"{new string('#', done)}{new string('-', width - done)} {100 * share,3:F0} %")), table);
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
