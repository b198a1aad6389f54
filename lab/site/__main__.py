"""Write the pages of the site into output/docs: `make docs` makes HTML of them."""

import shutil

import keras_activations as ka
from keras_activations.tools.gallery import gallery

from . import activations, examples, sources

TARGET = sources.ROOT / "output" / "docs"
SHOWN = ("relu", "gelu", "silu", "mish", "elu", "softplus", "tanh", "snake", "hard_silu", "shrink", "laplace", "squared_relu")
"""The curves on the first page, each of another kind."""


def main():
    shutil.rmtree(TARGET, ignore_errors=True)
    sources.copy(TARGET)
    folder = TARGET / "activations"
    folder.mkdir()
    for entry in ka.catalogue().values():
        (folder / f"{entry.name}.md").write_text(activations.page(entry))
    (folder / "index.md").write_text(activations.overview())
    (folder / ".nav.md").write_text(activations.contents())
    tiles = "".join(activations.tile(name, folder="activations/") for name in SHOWN)
    (TARGET.parent / "first.html").write_text(f'<div class="tiles first">{tiles}</div>\n')
    examples.write(TARGET / "examples")
    gallery(TARGET / "gallery.html")
    print(f"{len(list(TARGET.rglob('*.md')))} pages in {TARGET.relative_to(sources.ROOT)}")


if __name__ == "__main__":
    main()
