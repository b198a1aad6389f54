"""A matplotlib figure that shows itself in a notebook. Only drawing needs matplotlib."""

import io

import matplotlib.figure
from matplotlib.layout_engine import ConstrainedLayoutEngine as ConstrainedLayoutEngine


class Figure(matplotlib.figure.Figure):
    """A figure without a window.

    The import of pyplot makes notebooks show matplotlib's figures. This figure does not need pyplot, and does not change its settings.
    """

    def _repr_png_(self) -> bytes:
        picture = io.BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()
