"""What can go wrong with an activation during training, how it is recognised, and what to do."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .observing import Measure

SHOWN = 5
"""So many layers are named in one warning."""


@dataclass(frozen=True)
class Disease:
    """Something that goes wrong.

    Args:
        name: What it is called.
        threshold: From where on it is one.
        is_ill: A function of a `Measure` and the threshold.
        finding: A function of a `Measure`, which says what was found.
        advice: What it means, and what to do.
    """

    name: str
    threshold: float
    is_ill: Callable[[Measure, float], bool]
    finding: Callable[[Measure], str]
    advice: str

    def among(self, measures: Iterable[Measure]) -> list[Measure]:
        """Those that have it."""
        return [measure for measure in measures if self.is_ill(measure, self.threshold)]

    def warning(self, measures: list[Measure], step: int) -> str:
        """One sentence on all that have it, and one on what to do."""
        findings = [self.finding(measure) for measure in measures[:SHOWN]]
        more = f", and {len(measures) - SHOWN} more" if len(measures) > SHOWN else ""
        return f"After {step} steps, for the probe batch: {'; '.join(findings)}{more}. {self.advice}"


def diseases(most_dead: float, most_saturated: float, vanishing: float, exploding: float, collapsed: float) -> tuple[Disease, ...]:
    """All diseases, with the thresholds of `ActivationMonitor`."""
    return (
        Disease(
            "not finite",
            0.0,
            lambda measure, most: measure.not_finite > most,
            lambda measure: f"{measure.not_finite:.0%} of the outputs of {measure.path} are not finite",
            "The first one named runs first. Lower the learning rate, clip the gradient (clipnorm=1 of the optimizer), and look for NaN in "
            "the data.",
        ),
        Disease(
            "dead",
            most_dead,
            lambda measure, most: measure.role == "hidden" and measure.dead > most,
            lambda measure: f"{round(measure.dead * measure.units)} of {measure.units} units of {measure.path} are dead",
            "Their slope is 0 for every example, so they do not learn. Lower the learning rate, look at the bias and at the scale of the "
            "inputs, or use an activation with a slope everywhere, such as 'leaky_relu'.",
        ),
        Disease(
            "saturated",
            most_saturated,
            lambda measure, most: measure.role == "hidden" and measure.saturated > most,
            lambda measure: f"{round(measure.saturated * measure.units)} of {measure.units} units of {measure.path} are saturated",
            "Their slope is below 0.01 in the mean, so they hardly learn. Normalize the inputs, put a normalization layer before the "
            "activation, or give the layer smaller weights.",
        ),
        Disease(
            "vanishing gradient",
            vanishing,
            lambda measure, least: measure.attenuation < least,
            lambda measure: f"the gradient at {measure.path} is {measure.attenuation:.1e} of that at the last activation",
            "It vanishes on its way. Use an activation with a slope near 1, such as 'relu', with the initializer that fits it "
            "(keras_activations.initializer), normalization layers or skip connections.",
        ),
        Disease(
            "exploding gradient",
            exploding,
            lambda measure, most: measure.attenuation > most,
            lambda measure: f"the gradient at {measure.path} is {measure.attenuation:.1e} times that at the last activation",
            "It explodes on its way. Clip it (clipnorm=1 of the optimizer), lower the learning rate, or use normalization layers and an "
            "initializer that fits (keras_activations.initializer).",
        ),
        Disease(
            "collapsed",
            collapsed,
            # Dead units have a warning of their own.
            lambda measure, least: measure.dead < 1 and math.isfinite(measure.deviation) and measure.deviation < least,
            lambda measure: f"the outputs of {measure.path} have a deviation of {measure.deviation:.1e}",
            "The signal does not arrive there. Use an initializer that fits the activation (keras_activations.initializer), or "
            "normalization layers.",
        ),
    )
