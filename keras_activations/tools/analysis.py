"""The properties of a function of one number, found from its values alone.

The values are computed in float64. They are taken on a grid from -16 to 16, and farther out at powers of 10. No derivative of the function
is used: a difference of values is as exact as a card needs, and it works for a function of any origin. Points where the function is not
smooth are found first, so that no difference reaches across one.
"""

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CORE, STEP = 16.0, 1 / 64
"""The grid. Beyond 16, functions round to their limits, and no unit of a trained network is there for long."""

FAR = np.logspace(math.log10(CORE), 9, 161)[1:]
FIFTH = np.array([-1, 5, -10, 10, -5, 1.0])
"""The difference of the fifth order. For a smooth function it falls with the fifth power of the step."""

FLAT = 0.01
"""A unit is saturated where the magnitude of its slope is smaller than this."""


@dataclass(frozen=True)
class Corner:
    """A point where a function is not smooth.

    Args:
        x: Where it is.
        order: How many derivatives are continuous there: -1 at a jump, 0 at a kink, 1 where the slope bends.
        finite: Whether the slopes beside it are finite. Those of a square root are not.
    """

    x: float
    order: int
    finite: bool = True


@dataclass(frozen=True)
class Tail:
    """What a function does towards infinity.

    Args:
        limit: The value that it approaches: a number, inf, -inf, or None if it oscillates.
        slope: The slope of the line that it approaches, or None where there is no line.
        offset: The value of that line at 0.
        lowest: The least value far out: -inf if there is none.
        highest: The greatest value far out.
        steepest: The greatest magnitude of its slope far out: inf if there is none.
    """

    limit: float | None
    slope: float | None
    offset: float | None
    lowest: float
    highest: float
    steepest: float


def _rounded(number):
    """A number that was found by a limit: six digits of it, and 0 for what is almost 0."""
    return 0.0 if abs(number) < 1e-5 else float(f"{number:.6g}")


class Shape:
    """The properties of a function from arrays to arrays of the same shape, in float64."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]):
        self.function = function
        self.grid = np.arange(-CORE, CORE + STEP / 2, STEP)
        self.values = function(self.grid)

    # ------------------------------------------------------------------------------------------------------- corners

    @functools.cached_property
    def corners(self) -> tuple[Corner, ...]:
        """The points between -16 and 16 where it is not smooth, in order. Those of a high order, or very close to others, are missed."""
        coarse, fine = self.values, self.function(np.arange(-CORE, CORE + STEP / 4, STEP / 2))
        rough = abs(np.convolve(coarse, FIFTH, "valid"))
        smooth = abs(np.convolve(fine, FIFTH, "valid"))
        # The six points of the coarse difference span eleven of the fine grid, which are six fine differences.
        within = np.lib.stride_tricks.sliding_window_view(smooth, 6)[::2].max(axis=1)
        noise = self._noise(fine, smooth)
        suspicious = np.nonzero((within > noise) & (within * 2**4.4 > rough))[0]
        found = []
        for cluster in np.split(suspicious, np.nonzero(np.diff(suspicious) > 1)[0] + 1):
            while len(cluster):
                # Corners may be close to each other: windows that do not share a point are looked at one by one.
                worst = cluster[np.argmax(within[cluster])]
                corner = self._refined(self.grid[worst] + 2.5 * STEP, noise)
                if corner and all(abs(corner.x - other.x) > STEP / 8 for other in found):
                    found.append(corner)
                cluster = cluster[abs(cluster - worst) > 5]
        return tuple(sorted(found, key=lambda corner: corner.x))

    @staticmethod
    def _noise(values, differences):
        """What a fifth difference may be by rounding alone. A function computed in less than float64 has more of it."""
        scale = np.nanmax(abs(values[np.isfinite(values)]), initial=1.0)
        finite = differences[np.isfinite(differences)]
        return max(256 * np.finfo("float64").eps * scale, 30 * float(np.median(finite)) if len(finite) else 0.0)

    def _refined(self, center, noise):
        """The corner near a point, or None if the function proves to be smooth there on a finer grid."""
        step, seen = STEP / 2, []
        while step > 2**-30:
            points = center + step * np.arange(-9, 10)
            differences = abs(np.convolve(self.function(points), FIFTH, "valid"))
            if not np.isfinite(differences).all() or differences.max() < noise:
                break
            seen.append((step, differences.max()))
            # The windows with the corner all see it. It is in the middle of them.
            strong = np.nonzero(differences > differences.max() / 4)[0]
            center, step = points[0] + step * (strong.mean() + 2.5), step / 4
        if len(seen) < 2:
            return None
        sizes = np.log2([size for _, size in seen])
        powers = (sizes[:-1] - sizes[1:]) / 2
        power = float(powers[-3:].mean())
        # A smooth function that bends sharply looks like a corner until the grid is fine enough.
        if power > 4.4 or powers[-1] > powers[0] + 1:
            return None
        nearest = round(center * 2**12) / 2**12
        center = nearest if abs(center - nearest) < 4 * step else center
        return Corner(float(center), math.ceil(power - 0.25) - 1, power < 0.25 or power > 0.85)

    @functools.cached_property
    def pieces(self) -> list[tuple[float, float]]:
        """The intervals between corners, from -inf to inf."""
        ends = [-math.inf, *(corner.x for corner in self.corners), math.inf]
        return list(itertools.pairwise(ends))

    # -------------------------------------------------------------------------------------------------------- slopes

    def slope(self, x: np.ndarray) -> np.ndarray:
        """The derivative at x, by differences that do not reach across a corner, if x is no corner itself."""
        x = np.asarray(x, "float64")
        h = np.full_like(x, 2**-10)
        for corner in self.corners:
            distance = abs(x - corner.x)
            h = np.where(distance > 0, np.minimum(h, np.maximum(distance / 2.01, 2**-24)), h)
        offsets, weights = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([1.0, -8.0, 8.0, -1.0])
        values = self.function((x[:, None] + h[:, None] * offsets).ravel()).reshape(len(x), 4)
        return values @ weights / (12 * h)

    def slopes_beside(self, x: float) -> tuple[float, float]:
        """The derivatives to the left and to the right of x, which differ at a kink."""
        found = []
        for side in (-1.0, 1.0):
            near, farther = self.slope(x + side * np.array([2.0**-15, 2.0**-14]))
            slope = float(2 * near - farther)
            found.append(0.0 if abs(slope) < 1e-9 else slope)
        return found[0], found[1]

    @functools.cached_property
    def slopes(self) -> np.ndarray:
        """The derivatives on the grid."""
        return self.slope(self.grid)

    @functools.cached_property
    def lipschitz(self) -> float:
        """The Lipschitz constant: the greatest magnitude of a slope, inf where there is none."""
        if any(corner.order < 0 or not corner.finite for corner in self.corners):
            return math.inf
        beside = [end + side for end in (corner.x for corner in self.corners) for side in (-(2.0**-12), 2.0**-12)]
        candidates = np.concatenate([self.grid, beside])
        steep = abs(self.slope(candidates))
        steepest = candidates[np.nanargmax(steep)]
        best, _ = self._best(lambda x: -abs(self.slope(x)), steepest - STEP, steepest + STEP)
        return max(-best, float(np.nanmax(steep)), *(tail.steepest for tail in self.tails))

    # --------------------------------------------------------------------------------------------------------- tails

    @functools.cached_property
    def tails(self) -> tuple[Tail, Tail]:
        """What it does towards -inf and towards inf."""
        return self._tail(-1), self._tail(1)

    def _tail(self, sign):
        x = sign * FAR
        y = self.function(x)
        near, far = (FAR > 1e5) & (FAR < 1e6), FAR > 1e8
        known = y[np.isfinite(y)]
        if len(known) < len(y):
            # The sign of what came before the overflow is that of its limit.
            limit = math.copysign(math.inf, known[-1] if len(known) else math.nan)
            return Tail(limit, None, None, min([limit, *known]), max([limit, *known]), math.inf)
        highest = math.inf if y[far].max() > 1.05 * max(y[near].max(), 1.0) else float(y.max())
        lowest = -math.inf if y[far].min() < 1.05 * min(y[near].min(), -1.0) else float(y.min())
        steep = abs(self.slope(x))
        # Beyond, the rounding of x counts.
        early = FAR < 1e4
        steepest = math.inf if steep[early].max() > 10 * max(steep[FAR < 100].max(), 1.0) else float(steep[early].max())
        slope = (y[-1] - y[-30]) / (x[-1] - x[-30])
        slope = 0.0 if abs(slope) < 1e-6 else float(slope)
        offset = (y - slope * x)[(FAR > 1e4) & (FAR < 1e7)] if slope else y[far]
        if math.isfinite(steepest) and np.ptp(offset) < 1e-4 * max(1.0, abs(offset[-1])):
            level = _rounded(offset[-1])
            limit = math.copysign(math.inf, slope * sign) if slope else level
            return Tail(limit, _rounded(slope), level, lowest, highest, steepest)
        rising = np.diff(y[far])
        limit = None
        if (rising >= 0).all() or (rising <= 0).all():
            limit = highest if rising[-1] > 0 else lowest
        return Tail(limit, None, None, lowest, highest, steepest)

    # -------------------------------------------------------------------------------------------- extremes and zeros

    def _best(self, function, low: Any, high: Any) -> tuple[float, float]:
        """(least value, where) of a function with one minimum between two numbers."""
        value, x = math.inf, low
        for _ in range(14):
            points = np.linspace(low, high, 17)
            values = function(points)
            index = int(np.nanargmin(values))
            value, x = float(values[index]), float(points[index])
            low, high = float(points[max(index - 1, 0)]), float(points[min(index + 1, 16)])
        return value, x

    def _extreme(self, sign: int) -> tuple[float, float] | None:
        """(x, value) of the least value of sign * function, if one x between -16 and 16 attains it, else None."""
        values = sign * self.values
        least = float(np.nanmin(values))
        # A function that is constant around its minimum has no single x. Of several, the one nearest to 0 is meant.
        lower = (values[1:-1] < values[:-2]) & (values[1:-1] < values[2:]) & (values[1:-1] < least + STEP * max(1.0, abs(least)))
        places = np.nonzero(lower)[0] + 1
        if len(places) == 0:
            return None
        index = places[np.argmin(abs(self.grid[places]))]
        value, x = self._best(lambda points: sign * self.function(points), self.grid[index - 1], self.grid[index + 1])
        others = [least, *(float(sign * (tail.lowest if sign > 0 else tail.highest)) for tail in self.tails)]
        if min(others) < value - 1e-9 * max(1.0, abs(value)):
            return None
        return (0.0 if abs(x) < 1e-7 else x), float(sign * value) + 0.0

    @functools.cached_property
    def minimum(self) -> tuple[float, float] | None:
        """(x, value) where one x has the least value."""
        return self._extreme(1)

    @functools.cached_property
    def maximum(self) -> tuple[float, float] | None:
        """(x, value) where one x has the greatest value."""
        return self._extreme(-1)

    @functools.cached_property
    def bounds(self) -> tuple[float, float]:
        """The infimum and the supremum."""
        low = min(float(np.nanmin(self.values)), *(tail.lowest for tail in self.tails), *([self.minimum[1]] if self.minimum else []))
        high = max(float(np.nanmax(self.values)), *(tail.highest for tail in self.tails), *([self.maximum[1]] if self.maximum else []))
        # A limit is no value, so that the samples come only close to it.
        limits = [tail.limit for tail in self.tails if tail.limit is not None and math.isfinite(tail.limit)]
        low, high = (next((limit for limit in limits if abs(limit - end) < 1e-5), end) for end in (low, high))
        return low + 0.0, high + 0.0

    @functools.cached_property
    def attained(self) -> tuple[bool, bool]:
        """Whether some x has the infimum as its value, and some x the supremum."""
        levels = [level for _, _, level in self.constant]
        sides = [level for extreme in (self.minimum, self.maximum) if extreme for level in extreme[1:]]
        low, high = (any(abs(end - level) < 1e-6 for level in levels + sides) for end in self.bounds)
        return low, high

    @functools.cached_property
    def zeros(self) -> tuple[float, ...]:
        """The single points between -16 and 16 where it is 0. Intervals of zeros are not in here: see `constant`."""
        size = abs(self.values)
        left, middle, right = size[:-2], size[1:-1], size[2:]
        lower = (middle <= left) & (middle <= right) & ((middle < left) | (middle < right))
        found = []
        for index in np.nonzero(lower)[0] + 1:
            value, x = self._best(lambda points: abs(self.function(points)), self.grid[index - 1], self.grid[index + 1])
            inside = any(low <= x <= high for low, high, level in self.constant if level == 0)
            # Far out, a function that vanishes rounds to 0.
            vanishes = max(size[index - 1], size[index + 1]) < 1e-9
            if value < 1e-9 and not inside and not vanishes and not any(abs(x - other) < STEP / 8 for other in found):
                found.append(0.0 if abs(x) < 1e-7 else x)
        return tuple(sorted(found))

    @functools.cached_property
    def constant(self) -> tuple[tuple[float, float, float], ...]:
        """(from, to, value) of each piece on which it is constant, so that its gradient is exactly 0 there."""
        found = []
        for low, high in self.pieces:
            inner = self.grid[(self.grid > low + STEP / 16) & (self.grid < high - STEP / 16)]
            outer = np.concatenate([-FAR if low == -math.inf else [], FAR if high == math.inf else []])
            y = self.function(np.concatenate([inner, outer]))
            if len(inner) > 3 and np.isfinite(y).all() and np.ptp(y) == 0:
                found.append((low, high, float(y[0]) + 0.0))
        return tuple(found)

    # ------------------------------------------------------------------------------------------------------ the rest

    @functools.cached_property
    def monotonic(self) -> str | None:
        """ "increasing" or "decreasing", in the wide sense, or None."""
        points = np.concatenate([-FAR[::-1], self.grid, FAR])
        values = np.clip(self.function(points), -1e300, 1e300)
        step, slack = np.diff(values), 8 * np.finfo("float64").eps * np.maximum(1.0, abs(values[1:]))
        step = np.where(np.isnan(step), 0.0, step)
        if (step >= -slack).all():
            return "increasing"
        return "decreasing" if (step <= slack).all() else None

    @functools.cached_property
    def curvature(self) -> str | None:
        """ "convex", "concave", "linear", or None."""
        y = self.values
        bend, slack = np.diff(y, 2), 64 * np.finfo("float64").eps * np.maximum(1.0, abs(y[1:-1]))
        convex, concave = (bend >= -slack).all(), (bend <= slack).all()
        return "linear" if convex and concave else "convex" if convex else "concave" if concave else None

    @functools.cached_property
    def symmetry(self) -> str | None:
        """ "odd", "even", or None."""
        # Two values may belong to different sides of a jump, which is a single point.
        apart = np.min([abs(self.grid) + 1, *(np.minimum(abs(self.grid - c.x), abs(self.grid + c.x)) for c in self.corners)], axis=0) > 0
        y, mirrored = self.values[apart], self.values[::-1][apart]
        slack = 1e-9 * np.maximum(1.0, abs(y))
        if (abs(y + mirrored) < slack).all():
            return "odd"
        return "even" if (abs(y - mirrored) < slack).all() else None

    @property
    def smoothness(self) -> float:
        """How many derivatives are continuous: -1 for a jump, 0 for kinks, inf where no corner was found."""
        return min((corner.order for corner in self.corners), default=math.inf)

    @functools.cached_property
    def saturated(self) -> tuple[tuple[float, float], ...]:
        """The intervals towards -inf and inf, from where on the magnitude of the slope stays below 0.01."""
        flat = abs(self.slopes) < FLAT
        found = []
        for tail, order in zip(self.tails, (slice(None), slice(None, None, -1)), strict=True):
            run = flat[order]
            if tail.slope == 0 and run[0] and tail.steepest < FLAT:
                index = len(run) if run.all() else int(np.argmin(run))
                inner, outer = self.grid[order][min(index, len(run) - 1)], self.grid[order][index - 1]
                points = np.linspace(outer, inner, 65)
                end = float(points[max(int(np.argmin(abs(self.slope(points)) < FLAT)) - 1, 0)])
                end = next((corner.x for corner in self.corners if abs(corner.x - end) < 2**-10), end)
                found.append((-math.inf, end) if order == slice(None) else (end, math.inf))
        return tuple(found)

    # ------------------------------------------------------------------------------------ normally distributed input

    def nodes(self, deviation: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """(points, weights) for the mean of a function of a normally distributed number of mean 0.

        Gauss-Legendre quadrature between the corners converges as fast as Gauss-Hermite quadrature does for a smooth function. Across a
        corner, that would not converge.
        """
        cuts = np.array(sorted({*np.arange(-12.0, 12.5, 0.5), *(c.x / deviation for c in self.corners if abs(c.x / deviation) < 12)}))
        nodes, weights = np.polynomial.legendre.leggauss(12)
        half, middle = np.diff(cuts)[:, None] / 2, (cuts[1:] + cuts[:-1])[:, None] / 2
        z = (middle + half * nodes).ravel()
        return deviation * z, (half * weights).ravel() * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    def moment(self, power: int, deviation: float = 1.0) -> float:
        """The mean of the function's values to a power, for a normally distributed input of mean 0."""
        x, weights = self.nodes(deviation)
        return float(weights @ self.function(x) ** power)

    def slope_moment(self, deviation: float = 1.0) -> float:
        """The mean of the square of its derivative."""
        x, weights = self.nodes(deviation)
        return float(weights @ self.slope(x) ** 2)

    def sensitivity(self) -> float:
        """By what power of the variance of the input, near 1, the mean square of the value grows.

        Layer after layer, errors of the variance are raised to this power. Below 1 they die out, and above 1 they grow.
        """
        low, high = 0.99, 1.01
        return math.log(self.moment(2, high) / self.moment(2, low)) / (2 * math.log(high / low))
