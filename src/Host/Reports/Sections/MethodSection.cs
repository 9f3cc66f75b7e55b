using StreamTrainer.Host.Reports.Document;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>How the figures come about, so that they can be checked.</summary>
internal static class MethodSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of() => new("How the figures come about",
    [
        new ReportList(
        [
            "A recipe is all settings that have a part in the result; runs that differ in the seed alone are one recipe. Where it was computed (device, threads, workers, memory of the ring), what was saved and logged, and the description count for nothing.",
            "Top-1 is the last evaluation's on the recipe's validation set, by the weights that count there (SWA before EMA before the plain ones): never the best epoch's, which is chosen by the score itself. Other test sets are those that `eval` scored as the recipe evaluates.",
            "Only runs whose every step is done enter a statistic. All others are listed with the reason.",
            "Standard deviations are over n − 1. Intervals have a confidence of 95 %. Differences: Welch's t (Biometrika 34, 1947); pairs: Student's t (1908); several comparisons: Holm (1979); bootstrap: percentile interval (Efron and Tibshirani, 1993); power: noncentral t (Cohen, 1988); correlation: Fisher (1921); histogram: Freedman and Diaconis (1981).",
            "An interval over seeds tells of other seeds on the same test images. It says nothing of other test images, nor of another data set.",
        ]),
    ]);
}
