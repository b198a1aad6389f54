"""The event file that TensorBoard reads. Only this file needs the package tensorboard, which needs no TensorFlow."""

import time
from collections.abc import Iterable

from tensorboard.compat.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from .observing import NUMBERS, Measure


class EventFile:
    """An event file in a folder. It is complete after each `write`."""

    def __init__(self, folder: str):
        self._writer = EventFileWriter(folder)

    def write(self, step: int, measures: Iterable[Measure]) -> None:
        """Write scalars such as "activations/dense:activation/dead", and the histogram "activations/dense:activation"."""
        values = []
        for measure in measures:
            # A colon is no character of a tag.
            tag = f"activations/{measure.path.replace(':', '.')}"
            numbers = {name: getattr(measure, name) for name in NUMBERS}
            values += [Summary.Value(tag=f"{tag}/{name}", simple_value=value) for name, value in numbers.items() if value is not None]
            if measure.counts:
                values.append(Summary.Value(tag=tag, histo=_histogram(measure)))
        self._writer.add_event(Event(step=step, wall_time=time.time(), summary=Summary(value=values)))
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


def _histogram(measure):
    count = sum(measure.counts)
    squares = count * (measure.deviation**2 + measure.mean**2)
    # Each limit is the right end of an interval. The first interval is empty and ends where the values begin.
    return HistogramProto(
        min=measure.edges[0],
        max=measure.edges[-1],
        num=count,
        sum=count * measure.mean,
        sum_squares=squares,
        bucket_limit=measure.edges,
        bucket=[0, *measure.counts],
    )
