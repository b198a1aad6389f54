"""One page about every activation: curves to look at, parameters to move, code to copy."""

from .page import gallery as gallery
