"""The command line: arguments in, the data of a tool out, as a table or as JSON."""

import argparse
import json
import sys
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.table import Table

import keras_activations as ka
from keras_activations import startup
from keras_activations.tools import timing
from keras_activations.tools.gallery import gallery
from keras_activations.tools.table import table

EPILOG = {
    "list": "python -m keras_activations list --family gates",
    "show": "python -m keras_activations show gelu 'leaky_relu(0.1)'",
    "compare": "python -m keras_activations compare relu gelu mish",
    "suggest": "python -m keras_activations suggest --bounded --smooth 2 --no-dead",
    "plot": "python -m keras_activations plot relu gelu mish --overlaid --out curves.png",
    "gain": "python -m keras_activations gain gelu --direction backward",
    "check": "python -m keras_activations check model.keras",
    "replace": "python -m keras_activations replace model.keras light.keras --map relu=hard_silu --map gelu=relu",
    "gallery": "python -m keras_activations gallery --out gallery.html",
    "bench": "KERAS_BACKEND=jax python -m keras_activations bench gelu mish",
}


class Refusal(Exception):
    """A message for the user, without a traceback."""


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    main = argparse.ArgumentParser(
        prog="keras-activations",
        description="Choose, look at, measure, check and swap activation functions of Keras.",
        epilog="An activation is a name such as gelu, or a call such as 'leaky_relu(negative_slope=0.1)'. The environment variable "
        "KERAS_BACKEND chooses the backend.",
    )
    main.add_argument("--version", action="version", version=f"keras-activations {ka.__version__}")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, run):
        epilog = f"example:\n  {EPILOG[name]}"
        shape = argparse.RawDescriptionHelpFormatter  # the example stays on one line
        added = commands.add_parser(name, help=text, description=text, epilog=epilog, formatter_class=shape)
        added.add_argument("--json", action="store_true", help="print JSON")
        added.set_defaults(run=run)
        return added

    listed = command("list", "List the activations.", _list)
    listed.add_argument("--family", help="only this family, such as gates")

    shown = command("show", "Show what is known about activations, computed from the functions themselves.", _show)
    shown.add_argument("names", nargs="+", metavar="ACTIVATION")

    compared = command("compare", "Show activations side by side.", _compare)
    compared.add_argument("names", nargs="+", metavar="ACTIVATION")

    suggested = command("suggest", "Find the activations that have certain properties.", _suggest)
    for name in ("bounded", "monotonic", "zero-centered", "saturates", "dead", "deep", "learned", "cheap"):
        suggested.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=None)
    suggested.add_argument("--smooth", type=int, nargs="?", const=True, metavar="N", help="all derivatives continuous, or N at least")
    suggested.add_argument("--lipschitz", type=float, metavar="L", help="no slope above L")
    suggested.add_argument("--family", help="only this family, such as gates")

    plotted = command("plot", "Draw activations with their derivatives into a file.", _plot)
    plotted.add_argument("names", nargs="+", metavar="ACTIVATION")
    plotted.add_argument("--out", required=True, metavar="FILE", help="the picture, such as curves.png or curves.svg")
    plotted.add_argument("--overlaid", action="store_true", help="all in one panel")
    plotted.add_argument("--second", action="store_true", help="the second derivative, too")
    plotted.add_argument("--low", type=float)
    plotted.add_argument("--high", type=float)

    gained = command("gain", "Print the gain that preserves the variance, and the initializer.", _gain)
    gained.add_argument("names", nargs="+", metavar="ACTIVATION")
    gained.add_argument("--direction", choices=("forward", "backward"), default="forward")

    checked = command("check", "Look for activations in a saved model where they fail. The exit code is 1 if there are some.", _check)
    checked.add_argument("file", metavar="FILE")

    replaced = command("replace", "Swap activations of a saved model, and save the result.", _replace)
    replaced.add_argument("source", metavar="IN")
    replaced.add_argument("target", metavar="OUT", help="a file that does not exist yet")
    replaced.add_argument("--map", action="append", required=True, metavar="OLD=NEW", dest="pairs")
    replaced.add_argument("--role", action="append", dest="roles", help="what to change: hidden, state, output, gate, attention")

    gallery_ = command("gallery", "Write a page about every activation, with curves, parameters to move and code to copy.", _gallery)
    gallery_.add_argument("--out", required=True, metavar="FILE", help="the page, such as gallery.html")
    gallery_.add_argument("--force", action="store_true", help="write over a file that exists")

    timed = command("bench", "Measure activations on this machine, against ReLU.", _bench)
    timed.add_argument("names", nargs="*", metavar="ACTIVATION", default=["relu", "leaky_relu", "elu", "silu", "gelu", "mish"])
    timed.add_argument("--numbers", type=int, default=1 << 20, help="the size of the input (default: %(default)s)")
    return main


def _list(given):
    entries = ka.catalogue(family=given.family).values()
    rows = [(entry.name, entry.family, entry.formula or entry.summary, ", ".join(entry.aliases)) for entry in entries]
    header = ("name", "family", "formula", "further names")
    return [dict(zip(header, row, strict=True)) for row in rows], [_table(header, rows)]


def _show(given):
    cards = [ka.describe(name) for name in given.names]
    return [card.to_dict() for card in cards], ["\n\n".join(map(str, cards))]


def _compare(given):
    comparison = ka.compare(*given.names)
    rows = [[label, *texts] for label, *texts in comparison.rows()]
    return comparison.to_dict(), [_table(["", *comparison.titles()], rows)]


def _suggest(given):
    wanted = ("bounded", "monotonic", "zero_centered", "saturates", "dead", "deep", "learned", "cheap", "smooth", "lipschitz", "family")
    found = ka.suggest(**{name: getattr(given, name) for name in wanted})
    if not found:
        return {}, [str(found)]
    return found.to_dict(), [_table(found.header, found.rows()), found.advice()]


def _plot(given):
    _new(given.out)
    ka.plot(given.names, low=given.low, high=given.high, second=given.second, overlaid=given.overlaid, path=given.out)
    return {"out": given.out}, [f"{given.out} is written."]


def _gain(given):
    rows = []
    for name in given.names:
        mode = "fan_in" if given.direction == "forward" else "fan_out"
        config = ka.initializer(name, mode=mode).get_config()
        code = f"VarianceScaling({config['scale']:.6g}, {mode!r}, {config['distribution']!r})"
        rows.append((name, f"{ka.gain(name, direction=given.direction):.6g}", code))
    header = ("activation", "gain", "initializer")
    return [dict(zip(header, row, strict=True)) for row in rows], [_table(header, rows)]


def _check(given):
    model = _loaded(given.file)
    try:
        ka.check(model)
    except ValueError as error:
        return {"file": given.file, "problems": str(error).splitlines()}, [str(error)], 1
    return {"file": given.file, "problems": []}, [f"{given.file}: nothing is wrong."]


def _replace(given):
    mapping = {}
    for pair in given.pairs:
        old, equals, new = pair.partition("=")
        if not (equals and old and new):
            raise Refusal(f"--map takes OLD=NEW, such as --map relu=mish; received {pair!r}.")
        mapping[old] = new
    _new(given.target)
    roles = {} if given.roles is None else {"roles": given.roles}
    done = ka.replace(_loaded(given.source), mapping, **roles)
    done.model.save(given.target)
    return done.to_dict() | {"out": given.target}, [str(done), f"{given.target} is written."]


def _gallery(given):
    path = gallery(given.out, overwrite=given.force)
    return {"out": given.out, "bytes": path.stat().st_size}, [f"{given.out} is written: {path.stat().st_size / 1000:.0f} kB."]


def _bench(given):
    rows = timing.relative(given.names, numbers=given.numbers)
    cells = [(row.name, f"{1000 * row.forward:.3g}", f"{1000 * row.both:.3g}", f"{row.cost:.2f}") for row in rows]
    return [row.to_dict() for row in rows], [_table(("activation", "forward, ms", "with gradient, ms", "times relu"), cells)]


def _table(header, rows) -> Table | str:
    """For people, as wide as the terminal. For a file or another program, each row is one line."""
    if not sys.stdout.isatty():
        return table(header, [[str(cell) for cell in row] for row in rows])
    wrapped = Table(box=None, header_style="bold", pad_edge=False)
    for name in header:
        wrapped.add_column(name, overflow="fold")
    for row in rows:
        wrapped.add_row(*map(str, row))
    return wrapped


def _new(path):
    """Refuse to write over a file, which may be the one that was read."""
    if Path(path).exists():
        raise Refusal(f"{path} exists. Nothing was written. Choose another name.")


def _loaded(path):
    if not Path(path).exists():
        raise Refusal(f"There is no file {path}.")
    try:
        # What is wrong with a loss is seen, and kept by `replace`, in a compiled model alone.
        return ka.compat.load_model(path, compile=True)
    except ValueError as error:
        model = ka.compat.load_model(path)
        print(f"{path} is taken without loss and optimizer. {error}", file=sys.stderr)
        return model


def main(words: list[str] | None = None) -> int:
    """Run a command. Return its exit code: 0, or 1 if `check` found something, or 2 for what cannot be done."""
    given = parser().parse_args(words)
    try:
        data, parts, *code = given.run(given)
    except (Refusal, ValueError, TypeError, OSError, ImportError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, RuntimeError) and startup.has_chosen:
            return startup.run_with_backend()
        print(f"keras-activations {given.command}: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(data, indent=1))
    else:
        for part in parts:
            print(part) if isinstance(part, str) else Console().print(part)
    return code[0] if code else 0


def script() -> NoReturn:
    """The script `keras-activations`."""
    sys.exit(main())


if __name__ == "__main__":
    script()
