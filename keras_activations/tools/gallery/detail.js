// One activation with its parameters, formula, card and code, or several beside each other.

class Detail {
  constructor(dialog) {
    this.dialog = dialog;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    // A browser may close it without asking. The event comes late: "back" closes it, and "forward" may have opened it again by then.
    dialog.addEventListener("close", () => state.view.length && !dialog.open && this.leave());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) this.leave();
    });
  }

  leave() {
    change({ view: [], half: null, show: START.show });
  }

  // Show what the state says. While only numbers move, the elements stay, and so does the focus.
  render() {
    if (!state.view.length) {
      this.written = null;
      if (this.dialog.open) this.dialog.close();
      return;
    }
    const calls = state.view.join("~");
    if (calls !== this.written) this.build(state.view.map(parsed));
    this.written = calls;
    this.redraw();
    if (!this.dialog.open) this.dialog.showModal();
  }

  build(items) {
    this.items = items;
    this.chart = new Chart((x, jets) => this.read(x, jets));
    this.table = make("table", { class: "readout" });
    this.code = make("div");
    const one = items.length === 1 ? items[0] : null;
    const title = one ? one.entry.name : "Comparison";
    const head = make("div", { class: "head" }, make("h2", { id: "detail-title", tabindex: "-1", autofocus: true }, title));
    if (one) head.append(make("p", { class: "summary" }, one.entry.summary));
    const left = make(
      "div",
      { class: "drawn" },
      one ? formulaOf(one.entry) : null,
      this.chart.svg,
      this.underTheChart(!one),
      make("div", { class: "scroll" }, this.table),
    );
    const note = notes(items);
    if (note) left.append(make("p", { class: "note" }, note));
    const right = make("div", { class: "moved" });
    const below = make("div", { class: one ? "known" : "known wide" });
    if (one) {
      right.append(...this.parametersOf(one), make("h3", {}, "Code"), this.code, ...measurementsOf(one.entry));
      below.append(...accountOf(one.entry));
    } else {
      right.append(make("h3", {}, "Parameters"), ...items.map((target, which) => this.foldedParameters(target, which)));
      below.append(
        make("h3", {}, "Properties"),
        make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Properties" }, comparedTable(items)),
      );
    }
    this.dialog.replaceChildren(this.bar(one), make("div", { class: "detail" }, head, left, right, below));
    this.buildReadout();
    this.dialog.scrollTop = 0;
  }

  bar(one) {
    const order = selection(state).map(({ entry }) => entry.name);
    const at = one ? order.indexOf(one.entry.name) : -1;
    const step = (label, by, sign) => {
      const name = at < 0 ? undefined : order[at + by];
      return make(
        "button",
        { type: "button", class: "plain", "aria-label": label, disabled: !name, onclick: () => change({ view: [name], half: null }) },
        sign,
      );
    };
    const pickable = one ? make("button", { type: "button", class: "button", onclick: () => this.pick() }, "Pick to compare") : null;
    return make(
      "div",
      { class: "bar" },
      make(
        "span",
        { class: "where" },
        one ? [one.entry.family.replace(/_/g, " "), one.entry.year].filter(Boolean).join(" · ") : `${this.items.length} activations`,
      ),
      pickable,
      make(
        "button",
        { type: "button", class: "button", onclick: () => copy(`${location.href.split("#")[0]}#${fragmentOf(state)}`, "The link") },
        "Copy link",
      ),
      ...(one ? [step("Previous", -1, "‹"), step("Next", 1, "›")] : []),
      make("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => this.leave() }, "×"),
    );
  }

  // Put this one, with its parameters, among the picked ones, and go on choosing.
  pick() {
    const [one] = this.items;
    const others = state.picked.filter((call) => parsed(call).entry !== one.entry).slice(0, MOST - 1);
    change({ picked: [...others, written(one)], view: [], half: null });
    tell(`${one.entry.name} is picked.`);
  }

  parametersOf(target) {
    const elements = controls(target, () => this.moved());
    return elements.length ? [make("h3", {}, "Parameters"), ...elements] : [];
  }

  foldedParameters(target, which) {
    const elements = controls(target, () => this.moved());
    const swatch = keyLine(`var(--c${which})`, 0);
    const remove = make(
      "button",
      { type: "button", class: "link", onclick: () => change({ view: state.view.filter((_, i) => i !== which) }) },
      "Leave out",
    );
    const open = make(
      "button",
      { type: "button", class: "link", onclick: () => change({ view: [state.view[which]] }) },
      "Look at it alone",
    );
    return make(
      "details",
      {},
      make("summary", {}, swatch, target.entry.name, make("span", { class: "mark", "aria-hidden": "true" }, "›")),
      ...elements,
      make("p", { class: "under" }, open, remove),
    );
  }

  // A slider has moved.
  moved() {
    const view = this.items.map(written);
    this.written = view.join("~");
    change({ view }, { replace: true });
  }

  redraw() {
    const half = state.half ?? Math.max(...this.items.map(({ entry }) => entry.half));
    const orders = [...state.show].map(Number).filter((order) => order in ORDERS);
    this.boxes.forEach((box, order) => (box.checked = orders.includes(order)));
    this.half = half;
    this.chart.show(this.items, half, orders);
    if (this.items.length === 1) this.code.replaceChildren(...snippets(this.items[0]).map(codeBlock));
  }

  // What to draw, and the range of x. Several curves have a colour each, and dashes tell the derivatives.
  underTheChart(hasSeveral) {
    this.boxes = ORDERS.map(() => make("input", { type: "checkbox", onchange: () => this.toggle() }));
    const colour = (order) => (hasSeveral ? "var(--soft)" : `var(--${ORDERS[order]})`);
    const names = ["function", "derivative", "second derivative"];
    const labels = names.map((name, order) => make("label", {}, this.boxes[order], keyLine(colour(order), order), name));
    const zoom = (label, factor, sign) => make("button", { type: "button", "aria-label": label, onclick: () => this.zoom(factor) }, sign);
    const zooms = make("span", { class: "zoom" }, zoom("Wider range of x", 2, "−"), zoom("Narrower range of x", 0.5, "+"));
    return make("div", { class: "under" }, ...labels, zooms);
  }

  toggle() {
    const orders = [0, 1, 2].filter((order) => this.boxes[order].checked);
    change({ show: orders.join("") || "0" }, { replace: true });
  }

  zoom(factor) {
    change({ half: Math.min(Math.max(this.half * factor, HALVES[0]), HALVES[1]) }, { replace: true });
  }

  buildReadout() {
    this.field = make("input", { type: "number", step: "any" });
    this.field.addEventListener("change", () => this.field.value !== "" && this.chart.move(Number(this.field.value)));
    const place = make("th", { scope: "col" }, make("label", {}, "x = ", this.field));
    const head = make("tr", {}, place, ...["f(x)", "f′(x)", "f″(x)"].map((text) => make("th", { scope: "col" }, text)));
    this.rows = this.items.flatMap((target, which) =>
      reader(target)(0).map((_, curve) => ({ target, which, curve, cells: [0, 1, 2].map(() => make("td")) })),
    );
    const lines = this.rows.map(({ target, which, curve, cells }) =>
      make("tr", {}, make("th", { scope: "row" }, ...this.rowName(target, which, curve)), ...cells),
    );
    this.table.append(make("caption", { class: "hidden" }, "Values at x"), make("thead", {}, head), make("tbody", {}, ...lines));
  }

  rowName(target, which, curve) {
    const several = reader(target)(0).length > 1;
    return [
      this.items.length > 1 ? keyLine(`var(--c${which})`, 0) : null,
      ` ${target.entry.name}${several ? `, output ${curve + 1}` : ""}`,
    ];
  }

  read(x, jets) {
    if (document.activeElement !== this.field) this.field.value = Number(x.toPrecision(8));
    for (const { which, curve, cells, target } of this.rows) {
      const isKnown = (order) => order < 2 || !target.entry.samples;
      jets[which][curve].forEach((number, order) => (cells[order].textContent = isKnown(order) ? shown(number) : "–"));
    }
  }
}

function keyLine(colour, order) {
  const dashes = [null, "6 3", "1.5 3"][order];
  return make(
    "svg",
    { class: "key", viewBox: "0 0 28 8", "aria-hidden": "true" },
    make("line", { x1: 0, x2: 28, y1: 4, y2: 4, stroke: colour, "stroke-dasharray": dashes }),
  );
}

function formulaOf(entry) {
  if (!entry.math)
    return make("p", { class: "note" }, "There is no closed form. The curves are stored samples of what the layer computes.");
  const formula = make("div", { class: "formula", tabindex: "0", role: "region", "aria-label": "Formula" });
  formula.innerHTML = entry.math;
  return formula;
}

// What the curves are, where this is not clear.
function notes(items) {
  const texts = items.filter(({ entry }) => entry.note).map(({ entry }) => `${items.length > 1 ? `${entry.name}: ` : ""}${entry.note}`);
  if (items.length > 1 && items.some(({ entry }) => entry.samples)) texts.push("curves without a formula are stored samples");
  const unknown = items.flatMap((target) => target.unknown.map((name) => `${name} of ${target.entry.name}`));
  if (unknown.length) return `The link asks for what the page cannot show: ${unknown.join(", ")}.`;
  return texts.length ? `What is drawn: ${texts.join("; ")}.` : null;
}
