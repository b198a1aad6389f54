// The large plot, with a place on the x axis that the pointer and the keyboard move.

const LEFT = 40;
const BELOW = 24;
const ORDERS = ["value", "first", "second"];
const MARKS = ["f", "f′", "f″"];

class Chart {
  // `moved` is called with the place on the x axis.
  constructor(moved) {
    this.svg = make("svg", { class: "chart", tabindex: "0", role: "slider", "aria-label": "Place on the x axis" });
    this.moved = moved;
    this.x = 1;
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerdown", (event) => this.point(event));
    this.svg.addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  // `items` are drawn in a colour each, or, if there is only one, each order of derivative in its own.
  show(items, half, orders) {
    Object.assign(this, { items, half, orders });
    this.readers = items.map(reader);
    this.draw();
  }

  draw() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!width || !this.items) return;
    const samples = this.items.map((target) => sampled(target, this.half, 2 * Math.ceil(width / 3)));
    const [bottom, top] = frame(samples, this.half, this.orders);
    const low = height - BELOW;
    this.horizontal = linear(-this.half, this.half, LEFT, width - 8);
    this.vertical = linear(bottom, top, low, 8);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...this.axes(width, low, bottom, top), ...this.paths(samples));
    this.cursor = make("line", { class: "cursor", y1: 0, y2: low });
    this.dots = make("g");
    this.svg.append(this.cursor, this.dots);
    this.move(this.x);
  }

  axes(width, low, bottom, top) {
    const across = ticks(-this.half, this.half, Math.max(width / 80, 4)).map((at) => [
      make("line", { class: at ? "grid-line" : "zero", x1: this.horizontal(at), x2: this.horizontal(at), y1: 0, y2: low }),
      make("text", { class: "tick", x: this.horizontal(at), y: low + 17, "text-anchor": "middle" }, shown(at)),
    ]);
    const upwards = ticks(bottom, top, Math.max(low / 50, 3)).map((at) => [
      make("line", { class: at ? "grid-line" : "zero", x1: LEFT, x2: width, y1: this.vertical(at), y2: this.vertical(at) }),
      make("text", { class: "tick", x: LEFT - 8, y: this.vertical(at) + 4, "text-anchor": "end" }, shown(at)),
    ]);
    return [...across, ...upwards].flat();
  }

  paths(samples) {
    return samples.flatMap(({ x, curves, jumps }, which) =>
      curves.flatMap((curve, further) =>
        [...this.orders].reverse().map((order) =>
          make("path", {
            class: `${ORDERS[order]}${further ? " further" : ""}`,
            style: `stroke: ${this.colour(which, order)}`,
            d: pathOf(x, curve[order], jumps[further][order], this.horizontal, this.vertical),
          }),
        ),
      ),
    );
  }

  colour(which, order) {
    return this.items.length > 1 ? `var(--c${which})` : `var(--${ORDERS[order]})`;
  }

  move(x) {
    this.x = Math.min(Math.max(x, -this.half), this.half);
    if (!this.cursor) return;
    const at = this.horizontal(this.x);
    this.cursor.setAttribute("x1", at);
    this.cursor.setAttribute("x2", at);
    const jets = this.readers.map((read) => read(this.x));
    const places = jets.flatMap((curves, which) =>
      curves.flatMap((jet) => this.orders.filter((order) => Number.isFinite(jet[order])).map((order) => [which, order, jet[order]])),
    );
    const isInside = (y) => this.vertical(y) > -5 && this.vertical(y) < 1e4;
    this.dots.replaceChildren(
      ...places
        .filter(([, , y]) => isInside(y))
        .map(([which, order, y]) =>
          make("circle", { class: "dot", cx: at, cy: this.vertical(y), r: 5, style: `fill: ${this.colour(which, order)}` }),
        ),
    );
    const heard = this.items.map(
      ({ entry }, which) => `${entry.name} ${this.orders.map((order) => `${MARKS[order]} ${shown(jets[which][0][order])}`).join(", ")}`,
    );
    for (const [name, value] of Object.entries({
      valuemin: -this.half,
      valuemax: this.half,
      valuenow: this.x,
      valuetext: `x ${shown(this.x)}: ${heard.join("; ")}`,
    })) {
      this.svg.setAttribute(`aria-${name}`, value);
    }
    this.moved(this.x, jets);
  }

  point(event) {
    const { left, width } = this.svg.getBoundingClientRect();
    const step = this.half / 200;
    const x = -this.half + ((event.clientX - left - LEFT) / (width - 8 - LEFT)) * 2 * this.half;
    this.move(Number((Math.round(x / step) * step).toPrecision(6)));
  }

  press(event) {
    const step = (event.shiftKey ? 10 : 1) * (this.half / 100);
    const steps = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step };
    const places = { Home: -this.half, End: this.half, 0: 0 };
    if (!(event.key in steps || event.key in places)) return;
    event.preventDefault();
    this.move(event.key in places ? places[event.key] : Number((this.x + steps[event.key]).toPrecision(6)));
  }
}
