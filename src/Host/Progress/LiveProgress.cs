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
    private const string ShowCursor = "\u001b[?25h";

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<string> _notes = new();
    private readonly IAnsiConsole _console;
    private readonly int _epochs;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _end = new();
    private volatile RunStarted? _run;
    private volatile Progress? _step;
    private volatile Evaluated? _score;
    private volatile bool _broken;
    private volatile int _alarms;

    /// <summary>Starts to draw.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <param name="time">The clock.</param>
    public LiveProgress(IAnsiConsole console, int epochs, TimeProvider? time = null)
    {
        _console = console;
        _epochs = epochs;
        _time = time ?? TimeProvider.System;
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
                _step = new Progress(step, _time.GetTimestamp());
                break;
            case HealthAlarm:
                // What it is, the log says above.
                _alarms++;
                break;
            case Evaluated score:
                _score = score;
                Note(ProgressText.Evaluated(score));
                break;
        }
    }

    public void Note(string text) => _notes.Enqueue(text);

    public void Restore()
    {
        try
        {
            TextWriter writer = _console.Profile.Out.Writer;
            writer.WriteLine(ShowCursor);
            writer.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone, and its cursor with it.
        }
    }

    public void Dispose()
    {
        if (_end.IsSet)
        {
            return;
        }

        _end.Set();
        _thread.Join();
        if (_broken)
        {
            // What could not be drawn is written as it is: there may be a warning in it.
            var lines = new LineWriter(_console.Profile.Out.Writer);
            while (_notes.TryDequeue(out string? note))
            {
                lines.Write(note);
            }
        }
    }

    private void Draw()
    {
        try
        {
            _console.Live(new Text("")).AutoClear(true).Start(context =>
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
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or ArgumentException)
        {
            // A closed window, one without width: training goes on unseen.
            _broken = true;
        }
    }

    // Text, never markup: a name may hold brackets.
    private IRenderable Picture()
    {
        if (_run is not { } run)
        {
            return new Text("opening data, building the model");
        }

        if (_step is not { } progress)
        {
            return new Text("the first step");
        }

        StepLogged step = progress.Step;
        double left = Math.Max(0, step.SecondsLeft - _time.GetElapsedTime(progress.At).TotalSeconds);
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "", "");
        void Row(string a, string b, string c, string d) => table.AddRow(new Text(a), new Text(b), new Text(c), new Text(d));
        Row("epoch", Format($"{step.Epoch + 1}/{_epochs}"), "step", Format($"{step.Step}/{run.TotalSteps}"));
        Row("loss", Format($"{step.Loss:F4}"), "learning rate", Format($"{step.LearningRate:G4}"));
        Row("images/s", Format($"{step.ImagesPerSecond:F0}"), "waiting for data", Format($"{100 * step.DataWaitShare:F1} %"));
        Row("time left", ProgressText.Duration(left), "top-1", _score is { } score ? Format($"{100 * score.Top1:F2} %") : "");
        if (_alarms > 0)
        {
            Row("alarms", Format($"{_alarms}"), "", "");
        }

        double share = run.TotalSteps == 0 ? 0 : Math.Clamp(step.Step / (double)run.TotalSteps, 0, 1);
        int width = Math.Clamp(_console.Profile.Width - 10, 10, 60), done = (int)(share * width);
        return new Rows(new Text(Format($"{new string('#', done)}{new string('-', width - done)} {100 * share,3:F0} %")), table);
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A recorded step, and when it was.</summary>
    private sealed record Progress(StepLogged Step, long At);
}
