using System.Text.Json;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>Test-time augmentations by the names that recipes give them.</summary>
internal static class TtaName
{
    /// <summary>none, flip, flipTranslate.</summary>
    public static string Of(TestTimeAugmentation tta) => JsonNamingPolicy.CamelCase.ConvertName(tta.ToString());
}
