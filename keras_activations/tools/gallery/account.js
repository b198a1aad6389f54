// What is known about an activation, as text: its card, cost, accuracy, advice and source.

const BACKEND_NAMES = { tensorflow: "TensorFlow", jax: "JAX", torch: "torch" };

function accountOf(entry) {
  const parts = [make("h3", {}, "Card"), definitions([...entry.card, ...furtherRows(entry)])];
  if (entry.parameters.length) parts.push(make("p", { class: "help" }, "What is computed and measured is about the default parameters."));
  for (const [title, sentences] of [
    ["Use it", entry.use],
    ["Avoid it", entry.avoid],
  ]) {
    if (sentences.length)
      parts.push(
        make("h3", {}, title),
        make(
          "ul",
          {},
          sentences.map((text) => make("li", {}, ...linked(text))),
        ),
      );
  }
  if (entry.reference) parts.push(make("h3", {}, "Reference"), make("p", { class: "help" }, ...linked(entry.reference)));
  return parts;
}

// What was measured.
const measurementsOf = (entry) => [
  make("h3", {}, "Cost"),
  ...costs(entry),
  make("p", { class: "help" }, "The time of value and gradient on a CPU, divided by that of relu."),
  make("h3", {}, "Accuracy"),
  ...accuracy(entry),
];

// Its names here and in libraries, by the arguments that they mean.
function namesOf(entry) {
  const calls = new Map();
  for (const [name, library, given] of entry.names) {
    const call = written(item(entry, given));
    if (!calls.has(call)) calls.set(call, new Map());
    const places = calls.get(call);
    places.set(name, [...(places.get(name) ?? []), ...(library ? [library] : [])]);
  }
  return [...calls].map(([call, places]) => [
    call === entry.name ? "further names" : call,
    [...places].map(([name, libraries]) => (libraries.length ? `${name} in ${[...new Set(libraries)].join(", ")}` : name)).join("; "),
  ]);
}

function furtherRows(entry) {
  const rows = namesOf(entry);
  if (!entry.host) rows.push(["in a host", "no: it changes the width, and is a layer of its own"]);
  if (entry.exports.length) rows.push(["export fails", entry.exports.join(", ")]);
  return rows;
}

const definitions = (rows) =>
  make(
    "dl",
    {},
    rows.flatMap(([label, text]) => [make("dt", {}, label), make("dd", {}, text)]),
  );

function costs(entry) {
  const scale = Math.max(SCALE, ...Object.values(entry.cost));
  return DATA.backends
    .filter((backend) => backend in entry.cost)
    .map((backend) => {
      const cost = entry.cost[backend];
      return make(
        "div",
        { class: "meter" },
        make("span", {}, BACKEND_NAMES[backend]),
        make("i", { style: `width: ${(100 * cost) / scale}%` }),
        make("span", {}, `${shown(cost, 3)} ×`),
      );
    });
}

const SCALE = 6; // the cost that fills the line, unless there is a greater one

function accuracy(entry) {
  const dtypes = Object.entries(entry.accuracy);
  if (!dtypes.length) return [make("p", { class: "help" }, "Within its error budget in every dtype and mode that was measured.")];
  const cells = (tag, texts) =>
    make(
      "tr",
      {},
      texts.map((text, i) => make(i ? tag : "th", { scope: tag === "th" ? "col" : i ? null : "row" }, text)),
    );
  const head = make("thead", {}, cells("th", ["dtype", "value", "gradient", "second derivative", "not finite"]));
  const body = make(
    "tbody",
    {},
    dtypes.map(([dtype, errors]) => cells("td", [dtype, ...errors.map((error) => shown(error, 3))])),
  );
  const text =
    "Outside of its error budget for some inputs in some modes. The worst errors, in the units of the package's accuracy tables:";
  return [make("p", { class: "help" }, text), make("div", { class: "scroll" }, make("table", {}, head, body))];
}

// Properties of several, side by side.
function comparedTable(items) {
  const labels = [...new Set(items.flatMap(({ entry }) => entry.card.map(([label]) => label)))];
  const text = (entry, label) => entry.card.find(([other]) => other === label)?.[1] ?? "–";
  const rows = labels.map((label) => [label, ...items.map(({ entry }) => text(entry, label))]);
  for (const backend of DATA.backends)
    rows.push([`cost, ${BACKEND_NAMES[backend]}`, ...items.map(({ entry }) => `${shown(costOf(entry, backend), 3)} × relu`)]);
  const head = make(
    "tr",
    {},
    make("td"),
    items.map(({ entry }) => make("th", { scope: "col" }, entry.name)),
  );
  const body = rows.map(([label, ...cells]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, label),
      cells.map((cell) => make("td", {}, cell)),
    ),
  );
  return make("table", {}, make("thead", {}, head), make("tbody", {}, body));
}
