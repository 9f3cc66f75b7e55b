using System.Text;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Rows of a CSV file as RFC 4180 has them: commas, quotes around what needs them, quotes doubled within, line ends of any
/// system, also within quotes. Empty lines are left out.</summary>
internal sealed class CsvReader(TextReader text)
{
    private readonly StringBuilder _field = new();

    // The line that the last row began on, and the one that the next character is on.
    private long _next = 1;

    /// <summary>The line that the row given last began on, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The next row's fields; null at the end.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public List<string>? Next()
    {
        while (text.Peek() >= 0)
        {
            Line = _next;
            List<string> row = Row();
            if (row is not [""])
            {
                return row;
            }
        }

        return null;
    }

    private List<string> Row()
    {
        var row = new List<string>();
        while (true)
        {
            int next = text.Read();
            if (next == '"' && _field.Length == 0)
            {
                Quoted();
                continue;
            }

            if (next is ',' or '\n' or '\r' or < 0)
            {
                row.Add(_field.ToString());
                _field.Clear();
                if (next == ',')
                {
                    continue;
                }

                if (next == '\r' && text.Peek() == '\n')
                {
                    text.Read();
                }

                _next++;
                return row;
            }

            _field.Append((char)next);
        }
    }

    private void Quoted()
    {
        while (true)
        {
            int next = text.Read();
            if (next < 0)
            {
                throw new FormatException("a quote is not closed");
            }

            if (next == '"')
            {
                if (text.Peek() != '"')
                {
                    return;
                }

                text.Read();
            }

            _next += next == '\n' ? 1 : 0;
            _field.Append((char)next);
        }
    }
}
