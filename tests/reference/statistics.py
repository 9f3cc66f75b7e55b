"""Writes down what SciPy and NumPy make of the cases that the statistics functions are tested with.

usage: /usr/bin/python3 statistics.py > ../Host.Tests/Statistics/statistics.json

Cases marked "published" stand in print, and SciPy's value is written beside the printed one.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy import stats


def wilson():
    cases = [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the 95 % intervals of four proportions.
        {"k": 81, "n": 263, "published": [0.2553, 0.3662]},
        {"k": 15, "n": 148, "published": [0.0624, 0.1605]},
        {"k": 0, "n": 20, "published": [0.0, 0.1611]},
        {"k": 1, "n": 29, "published": [0.0061, 0.1718]},
    ]
    cases += [{"k": k, "n": n} for k, n in [(20, 20), (1, 1), (0, 1), (5, 10), (40191, 50000), (49999, 50000), (3, 1000000000)]]
    rows = []
    for confidence in (0.95, 0.9, 0.99):
        for case in cases:
            interval = stats.binomtest(case["k"], case["n"]).proportion_ci(confidence, method="wilson")
            row = dict(case, confidence=confidence, low=interval.low, high=interval.high)
            if confidence != 0.95:
                row.pop("published", None)
            rows.append(row)
    return rows


def mcnemar():
    # Two examples of mlxtend's user guide (rasbt.github.io/mlxtend/user_guide/evaluate/mcnemar): the corrected chi-square of (25, 15) is
    # 2.025 with p 0.154728923485, the exact p of (11, 1) is 0.00634765625. 86 and 150 are Agresti's ("Categorical data analysis", 1990).
    published = {(25, 15): {"chiSquare": 2.025, "chiSquareP": 0.154728923485}, (11, 1): {"exact": 0.00634765625}}
    rows = []
    for b, c in [(86, 150), (25, 15), (11, 1), (0, 6), (5, 5), (4, 5), (0, 0), (1, 0), (121, 59), (500, 340), (1712, 1650), (3000, 1500)]:
        exact = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
        chi = max(0, abs(b - c) - 1) ** 2 / (b + c) if b + c else 0.0
        rows.append({"b": b, "c": c, "exact": exact, "chiSquare": chi, "chiSquareP": stats.chi2.sf(chi, 1), "published": published.get((b, c), {})})
    return rows


def quantile():
    sample = sorted([94, 197, 16, 38, 99, 141, 23.5, -4, 52, 104])
    return {"sorted": sample, "of": [{"p": p, "value": float(np.quantile(sample, p))} for p in (0, 0.025, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.975, 1)]}


def bootstrap():
    # The mouse data of Efron and Tibshirani, "An introduction to the bootstrap" (1993), table 2.1: survival in days. Their ideal
    # bootstrap standard error of the treatment's mean is 23.36 (B = infinity), the means' difference 30.63.
    treatment, control = [94, 197, 16, 38, 99, 141, 23], [52, 104, 146, 10, 51, 30, 40, 27, 46]
    # Differences of pairs: Darwin's maize, cross- less self-fertilised, in eighths of an inch (Fisher, "The design of experiments", 1935).
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    real = lambda data, statistic=np.mean: stats.bootstrap(data, statistic, n_resamples=200000, method="percentile", vectorized=True, batch=20000, random_state=1)
    rows = []
    for name, data, published in [("treatment", treatment, 23.36), ("control", control, None), ("darwin", darwin, None)]:
        found = real((data,))
        rows.append({"name": name, "first": data, "published": published, "standardError": found.standard_error, "estimate": float(np.mean(data)),
                     "low": found.confidence_interval.low, "high": found.confidence_interval.high, "ideal": float(np.std(data) / math.sqrt(len(data)))})
    found = real((treatment, control), lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis))
    difference = {"name": "treatment - control", "first": treatment, "second": control, "published": 30.63, "estimate": float(np.mean(treatment) - np.mean(control)),
                  "standardError": found.standard_error, "low": found.confidence_interval.low, "high": found.confidence_interval.high}
    # Of hits and misses the bootstrap's distribution is known: k' of n is binomial(n, k / n).
    hits = []
    for k, n in [(12, 200), (150, 200), (804, 1000), (5, 10)]:
        low, high = stats.binom.ppf([0.025, 0.975], n, k / n) / n
        hits.append({"k": k, "n": n, "low": low, "high": high, "standardError": math.sqrt(k / n * (1 - k / n) / n)})
    return {"means": rows, "difference": difference, "hits": hits}


def ece(confidences, correct, bins):
    """Guo et al., arXiv 1706.04599, equation 3, bins ((m-1)/M, m/M]."""
    confidences, correct = np.asarray(confidences), np.asarray(correct, float)
    edges = np.linspace(0, 1, bins + 1)
    index = np.clip(np.searchsorted(edges, confidences, side="left") - 1, 0, bins - 1)
    rows, total = [], 0.0
    for m in range(bins):
        inside = index == m
        if inside.any():
            rows.append({"bin": m, "count": int(inside.sum()), "confidence": float(confidences[inside].mean()), "accuracy": float(correct[inside].mean())})
            total += inside.mean() * abs(correct[inside].mean() - confidences[inside].mean())
    return {"bins": bins, "confidences": [float(c) for c in confidences], "correct": [bool(c) for c in correct], "ece": float(total), "filled": rows}


def calibration():
    # The example of torchmetrics' MulticlassCalibrationError (its documentation, 1.0 to 1.9): four rows of probabilities, 3 bins, 0.2000.
    published = dict(ece([0.55, 0.55, 0.60, 0.90], [False, False, True, True], 3), published=0.2)
    rng = np.random.default_rng(7)
    confidences = rng.beta(4, 1, 300)
    return [published, ece([0.0, 1.0, 1 / 15, 0.5], [True, False, True, False], 15), ece(confidences, rng.random(300) < confidences ** 1.5, 15), ece([0.3], [True], 15)]


def line():
    """ImageNet-V2 over the validation set in the paper's Table 4 (src/Host/Models/table4.json): least squares and prediction intervals."""
    rows = json.loads((Path(__file__).parents[2] / "src/Host/Models/table4.json").read_text())["rows"]
    val, v2 = (np.array([row[key] for row in rows]) for key in ("valTop1", "v2Top1"))
    fit, n = stats.linregress(val, v2), len(rows)
    deviation = math.sqrt(((v2 - fit.intercept - fit.slope * val) ** 2).sum() / (n - 2))
    at = []
    for x in (71.5, 78.1, 80.4, 83.0, 60.0):
        half = stats.t.ppf(0.975, n - 2) * deviation * math.sqrt(1 + 1 / n + (x - val.mean()) ** 2 / ((val - val.mean()) ** 2).sum())
        y = fit.intercept + fit.slope * x
        at.append({"val": x, "v2": y, "low": y - half, "high": y + half})
    return {"slope": fit.slope, "intercept": fit.intercept, "deviation": deviation, "at": at}


if __name__ == "__main__":
    json.dump({"source": f"tests/reference/statistics.py with SciPy {scipy.__version__}, NumPy {np.__version__}",
               "wilson": wilson(), "mcnemar": mcnemar(), "quantile": quantile(), "bootstrap": bootstrap(), "calibration": calibration(), "line": line()}, sys.stdout, indent=1)
    print()
