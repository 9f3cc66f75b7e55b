namespace StreamTrainer.Host.Reports.Writing;

/// <summary>A report's texts, cut where code begins and ends.</summary>
internal static class InlineText
{
    /// <summary>The pieces in order; every second one is code. A lone mark is a mark.</summary>
    public static IEnumerable<(string Text, bool IsCode)> Pieces(string text)
    {
        string[] pieces = text.Split('`');
        if (pieces.Length % 2 == 0)
        {
            pieces = [.. pieces[..^2], $"{pieces[^2]}`{pieces[^1]}"];
        }

        return pieces.Select((piece, number) => (piece, number % 2 == 1)).Where(piece => piece.piece.Length > 0);
    }
}
