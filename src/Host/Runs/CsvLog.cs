using System.Globalization;
using System.Text;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// timm's <c>summary.csv</c>: a row an epoch with the columns <c>epoch, train_loss, eval_loss, eval_top1, eval_top5, lr</c>,
/// accuracies in per cent; where there is an average of the weights, the evaluation is its. Written anew, whole, with every change,
/// so a resumed run goes on with the rows that are there, and what it does again replaces its row.
/// </summary>
public sealed class CsvLog : ITrainingObserver
{
    private const string Head = "epoch,train_loss,eval_loss,eval_top1,eval_top5,lr";

    private readonly string _path;
    private readonly SortedDictionary<long, Row> _rows = [];
    private double? _rate;

    /// <summary>Goes on with a file, or begins one.</summary>
    public CsvLog(string path)
    {
        _path = path;
        if (File.Exists(path))
        {
            foreach (string[] cells in File.ReadLines(path).Skip(1).Select(line => line.Split(',')))
            {
                // A row that is not ours is left away: the file is made of the run, not the run of it.
                if (cells.Length == 6 && long.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch))
                {
                    _rows[epoch] = new Row(Number(cells[1]), Number(cells[2]), Number(cells[3]), Number(cells[4]), Number(cells[5]));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void On(TrainingEvent happened)
    {
        switch (happened)
        {
            case StepLogged step:
                _rate = step.LearningRate;
                break;
            case EpochFinished epoch:
                Change(epoch.Epoch, row => row with { TrainLoss = epoch.Loss, Rate = _rate ?? row.Rate });
                break;
            case Evaluated scored:
                Change(scored.Epoch, row => row with { EvalLoss = scored.Loss, Top1 = 100 * scored.Top1, Top5 = 100 * scored.Top5 });
                break;
        }
    }

    private void Change(long epoch, Func<Row, Row> change)
    {
        _rows[epoch] = change(_rows.GetValueOrDefault(epoch));
        var text = new StringBuilder(Head).Append('\n');
        foreach ((long number, Row row) in _rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number},{row.TrainLoss},{row.EvalLoss},{row.Top1},{row.Top5},{row.Rate}\n");
        }

        AtomicFile.Write(_path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static double? Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private readonly record struct Row(double? TrainLoss, double? EvalLoss, double? Top1, double? Top5, double? Rate);
}
