"""Which activations look alike.

Two curves are as far apart as the root of their mean squared difference, for x from -4 to 4 and the default arguments. An elementwise
activation is compared with elementwise ones, a splitter with splitters, and what else goes along an axis with its like: those curves are
functions of one number of a row, and different rows cannot be compared.
"""

import functools

import numpy as np

import keras_activations as ka

from .curves import near

EQUAL = 1e-6
"""Curves that are nearer than this are equal but for rounding."""


def kind(entry) -> str:
    """What it is compared with."""
    if entry.elementwise:
        return "elementwise"
    return "along an axis" if entry.may_stand_in_a_host else "splitting"


@functools.cache
def distances(among: str) -> tuple[list[str], np.ndarray]:
    """The names of a kind, and the distance of each from each."""
    names = [entry.name for entry in ka.catalogue().values() if kind(entry) == among]
    curves = np.stack([near(name) for name in names])
    with np.errstate(all="ignore"):
        apart = np.stack([np.sqrt(np.mean((curves - curve) ** 2, axis=1)) for curve in curves])
    return names, np.where(np.isnan(apart), np.inf, apart)


def neighbours(entry, count: int = 6) -> list[tuple[str, float]]:
    """(name, distance) of the activations whose curves are nearest."""
    names, apart = distances(kind(entry))
    row = apart[names.index(entry.name)]
    order = [index for index in np.argsort(row, kind="stable") if names[index] != entry.name and np.isfinite(row[index])]
    return [(names[index], float(row[index])) for index in order[:count]]
