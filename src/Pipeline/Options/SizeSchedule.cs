using System.Globalization;

namespace StreamTrainer.Pipeline.Options;

/// <summary>
/// The side of training images by epoch, written in a recipe as <c>ramp(FROM, TO, START, END)</c>: FROM up to and with epoch START, TO
/// from epoch END on, between them in a line, rounded to a multiple of 32 within the two (FFCV's progressive resizing); or as
/// <c>steps(0:128, 6:160, 12:192)</c>: from each epoch on a size. Epochs count from 0. A pure function of the epoch.
/// </summary>
public sealed class SizeSchedule : IEquatable<SizeSchedule>
{
    /// <summary>What is written, as a regular expression.</summary>
    public const string Pattern = @"^(ramp\( *[0-9]+ *, *[0-9]+ *, *[0-9]+ *, *[0-9]+ *\)|steps\( *0 *: *[0-9]+ *(, *[0-9]+ *: *[0-9]+ *)*\))$";

    private const int Multiple = 32;

    private readonly (long Epoch, int Size)[] _points;
    private readonly bool _ramp;

    private SizeSchedule((long Epoch, int Size)[] points, bool ramp) => (_points, _ramp) = (points, ramp);

    /// <summary>The largest side of any epoch: what memory is made for.</summary>
    public int Largest => _points.Max(point => point.Size);

    /// <summary>The smallest side.</summary>
    public int Smallest => _points.Min(point => point.Size);

    /// <summary>The side in an epoch, from 0.</summary>
    public int At(long epoch)
    {
        (long Epoch, int Size) from = _points[0], to = _points[^1];
        if (!_ramp)
        {
            return _points.Last(point => point.Epoch <= epoch).Size;
        }

        if (epoch <= from.Epoch || epoch >= to.Epoch)
        {
            return epoch <= from.Epoch ? from.Size : to.Size;
        }

        double between = from.Size + (double)(epoch - from.Epoch) / (to.Epoch - from.Epoch) * (to.Size - from.Size);
        return Math.Clamp((int)Math.Round(between / Multiple, MidpointRounding.ToEven) * Multiple, Smallest, Largest);
    }

    /// <summary>All sides of so many epochs.</summary>
    public IEnumerable<int> Over(long epochs) => _ramp
        ? _points.Where(point => point.Epoch < epochs).Select(point => point.Size)
            .Concat(Between().Where(epoch => epoch < epochs).Select(At)).Distinct()
        : _points.Where(point => point.Epoch < epochs).Select(point => point.Size).Distinct();

    /// <summary>Reads one; false where it is none.</summary>
    public static bool TryParse(string text, out SizeSchedule? schedule)
    {
        ArgumentNullException.ThrowIfNull(text);
        schedule = null;
        if (Inner(text, "ramp") is { } ramp)
        {
            long[]? numbers = Numbers(ramp.Split(','));
            if (numbers is not [var from, var to, var start, var end] || from == 0 || to == 0 || end <= start)
            {
                return false;
            }

            schedule = new SizeSchedule([(start, (int)from), (end, (int)to)], ramp: true);
            return true;
        }

        if (Inner(text, "steps") is not { } steps)
        {
            return false;
        }

        var points = new List<(long Epoch, int Size)>();
        foreach (string step in steps.Split(','))
        {
            if (Numbers(step.Split(':')) is not [var epoch, var size] || size == 0 || epoch <= (points.Count == 0 ? -1 : points[^1].Epoch))
            {
                return false;
            }

            points.Add((epoch, (int)size));
        }

        schedule = new SizeSchedule([.. points], ramp: false);
        return points[0].Epoch == 0;
    }

    /// <inheritdoc/>
    public bool Equals(SizeSchedule? other) => other is not null && _ramp == other._ramp && _points.SequenceEqual(other._points);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SizeSchedule);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As it is written in a recipe.</summary>
    public override string ToString() => _ramp
        ? string.Create(CultureInfo.InvariantCulture, $"ramp({_points[0].Size}, {_points[1].Size}, {_points[0].Epoch}, {_points[1].Epoch})")
        : $"steps({string.Join(", ", _points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Epoch}:{point.Size}")))})";

    private IEnumerable<long> Between()
    {
        for (long epoch = _points[0].Epoch + 1; epoch < _points[1].Epoch; epoch++)
        {
            yield return epoch;
        }
    }

    private static string? Inner(string text, string name) =>
        text.StartsWith(name + "(", StringComparison.Ordinal) && text.EndsWith(')') ? text[(name.Length + 1)..^1] : null;

    private static long[]? Numbers(string[] parts)
    {
        var numbers = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return null;
            }

            numbers[i] = number;
        }

        return numbers;
    }
}
