"""Writes down what SciPy and NumPy make of the cases that the statistics of seeds are tested with.

usage: /usr/bin/python3 seeds.py > ../Host.Tests/Statistics/seeds.json

Figures under "published" stand in print; SciPy's are written beside them.
"""
import json
import math
import sys

import numpy as np
import scipy
from scipy import stats

# Cushny and Peebles' hours of sleep under two drugs (Student, "The probable error of a mean", Biometrika 6, 1908): R's data set "sleep".
SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# The first example of Wikipedia's "Welch's t-test".
WELCH = ([27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4],
         [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4])


def samples():
    rng = np.random.default_rng(11)
    return [list(SLEEP[0]), list(SLEEP[1]), [79.9, 79.5], [3.0, 3.0, 3.0], [float(v) for v in rng.normal(79.72, 0.1, 100)]]


def describe():
    rows = []
    for sample in samples():
        low, high = stats.t.interval(0.95, len(sample) - 1, np.mean(sample), stats.sem(sample)) if np.std(sample) else (sample[0],) * 2
        rows.append({"sample": sample, "mean": float(np.mean(sample)), "deviation": float(np.std(sample, ddof=1)), "low": low, "high": high,
                     "min": min(sample), "max": max(sample)})
    return rows


def welch():
    published = {
        # R's documentation of t.test: t = -1.8608, df = 17.776, p-value = 0.07939, interval -3.3654832 to 0.2054832 (first less second).
        0: {"t": 1.8608, "freedom": 17.776, "p": 0.07939, "low": -0.2054832, "high": 3.3654832},
        1: {"t": 2.46, "freedom": 25.0, "p": 0.021},
    }
    rng = np.random.default_rng(5)
    pairs = [SLEEP, WELCH, ([79.9, 79.5], [80.1, 80.2]), (list(rng.normal(0, 1, 7)), list(rng.normal(1, 4, 12)))]
    rows = []
    for number, (first, second) in enumerate(pairs):
        t, p = stats.ttest_ind(second, first, equal_var=False)
        one, other = np.var(first, ddof=1) / len(first), np.var(second, ddof=1) / len(second)
        freedom = (one + other) ** 2 / (one ** 2 / (len(first) - 1) + other ** 2 / (len(second) - 1))
        difference = float(np.mean(second) - np.mean(first))
        half = stats.t.ppf(0.975, freedom) * math.sqrt(one + other)
        rows.append({"first": [float(v) for v in first], "second": [float(v) for v in second], "t": t, "freedom": freedom, "p": p,
                     "difference": difference, "low": difference - half, "high": difference + half, "published": published.get(number, {})})
    return rows


def paired():
    differences = [b - a for a, b in zip(*SLEEP)]
    t, p = stats.ttest_rel(SLEEP[1], SLEEP[0])
    low, high = stats.t.interval(0.95, 9, np.mean(differences), stats.sem(differences))
    # R: t = 4.0621, df = 9, p-value = 0.002833, interval 0.7001142 to 2.4598858.
    return {"differences": differences, "t": t, "p": p, "low": low, "high": high,
            "published": {"t": 4.0621, "p": 0.002833, "low": 0.7001142, "high": 2.4598858}}


def pooled():
    """One value against one, with the variance of other samples: the equal-variance t test with their degrees of freedom."""
    others = [[1.0, 2.0, 4.0], [7.0, 7.5], [9.0]]
    freedom = sum(len(each) - 1 for each in others)
    variance = sum(np.var(each, ddof=1) * (len(each) - 1) for each in others if len(each) > 1) / freedom
    error = math.sqrt(2 * variance)
    return {"samples": others, "variance": variance, "freedom": freedom, "first": [5.0], "second": [6.0],
            "low": 1 - stats.t.ppf(0.975, freedom) * error, "high": 1 + stats.t.ppf(0.975, freedom) * error, "p": 2 * stats.t.sf(1 / error, freedom)}


def power_of(n, difference, deviation):
    freedom, shift = 2 * n - 2, difference / deviation * math.sqrt(n / 2)
    critical = stats.t.ppf(0.975, freedom)
    return stats.nct.sf(critical, freedom, shift) + stats.nct.cdf(-critical, freedom, shift)


def power():
    published = {(20, 1.0): 0.8689528}  # R's documentation of power.t.test(n = 20, delta = 1, sd = 1).
    grid = [(n, d) for n in (2, 3, 5, 10, 20, 64, 100, 1000) for d in (0.05, 0.2, 0.5, 1.0, 2.0, 5.0) if d * math.sqrt(n / 2) < 20]
    of = [{"n": n, "difference": 0.3 * d, "deviation": 0.3, "power": power_of(n, d, 1), "published": published.get((n, d))} for n, d in grid]
    of = [row for row in of if math.isfinite(row["power"])]  # SciPy's noncentral t has gaps far out
    # Cohen (1988), table 2.4.1, a2 = 0.05, power 0.80: 393, 64 and 26 for d = 0.2, 0.5 and 0.8 (the first by his approximation: 394 is exact).
    seeds = []
    for d, printed in [(0.5, 64), (0.8, 26), (0.2, None), (0.05, None), (1.0, None), (1.5, None), (4.0, None), (20.0, None)]:
        n = 2
        while power_of(n, d, 1) < 0.8:
            n += 1
        seeds.append({"difference": d, "seeds": n, "published": printed})
    return {"of": of, "seeds": seeds}


def holm():
    rows = []
    for p in ([0.01, 0.02, 0.03, 0.04, 0.05], [0.2, 0.001, 0.04, 0.6], [0.5], []):
        order = np.argsort(p)
        adjusted, least = [0.0] * len(p), 0.0
        for rank, index in enumerate(order):
            least = max(least, min(1.0, p[index] * (len(p) - rank)))
            adjusted[index] = least
        rows.append({"p": p, "adjusted": adjusted})
    # R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm").
    assert np.allclose(rows[0]["adjusted"], [0.05, 0.08, 0.09, 0.09, 0.09])
    return rows


def ellipse():
    rng = np.random.default_rng(3)
    rows = []
    for covariance, share in [([[0.01, 0.012], [0.012, 0.053]], 0.95), ([[4, -1], [-1, 1]], 0.5), ([[1, 0], [0, 9]], 0.99)]:
        points = rng.multivariate_normal([79.72, 67.99], covariance, 40)
        values, vectors = np.linalg.eigh(np.cov(points.T))
        radii = np.sqrt(values * stats.chi2.ppf(share, 2))
        angle = math.atan2(vectors[1, 1], vectors[0, 1])
        angle = angle - math.pi if angle > math.pi / 2 else angle + math.pi if angle <= -math.pi / 2 else angle
        inverse = np.linalg.inv(np.cov(points.T))
        inside = [float(d @ inverse @ d) <= stats.chi2.ppf(share, 2) for d in points - points.mean(axis=0)]
        rows.append({"x": points[:, 0].tolist(), "y": points[:, 1].tolist(), "share": share, "major": radii[1], "minor": radii[0], "angle": angle,
                     "correlation": stats.pearsonr(points[:, 0], points[:, 1])[0], "inside": int(sum(inside))})
    return rows


if __name__ == "__main__":
    json.dump({"source": f"tests/reference/seeds.py with SciPy {scipy.__version__}, NumPy {np.__version__}", "describe": describe(), "welch": welch(),
               "paired": paired(), "pooled": pooled(), "power": power(), "holm": holm(), "ellipse": ellipse()}, sys.stdout, indent=1)
    print()
