"""A matplotlib figure that shows itself in a notebook. It needs matplotlib, which only drawing needs."""

import io

import matplotlib.figure
from matplotlib.layout_engine import ConstrainedLayoutEngine as ConstrainedLayoutEngine


class Figure(matplotlib.figure.Figure):
    """A figure without a window.

    matplotlib teaches notebooks to show figures when pyplot is imported. This one needs no pyplot, and leaves its settings alone.
    """

    def _repr_png_(self) -> bytes:
        picture = io.BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()
