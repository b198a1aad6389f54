// The small curves.

const WIDTH = 160;
const HEIGHT = 100;
const SMALL_POINTS = 112;

const cards = new Map();

function card(entry) {
  const picture = make("svg", { class: "small", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const box = make("input", { type: "checkbox", tabindex: "-1", "aria-label": `Compare ${entry.name}`, onchange: () => pick(entry) });
  const parts = {
    entry,
    picture,
    box,
    sub: make("span", { class: "sub" }),
    link: make("a", { class: "open", tabindex: "-1", onclick: (event) => follow(event, entry) }),
  };
  parts.link.append(picture, make("span", { class: "name" }, entry.name), parts.sub);
  parts.element = make("li", { class: "card" }, parts.link, make("label", { class: "pick" }, box));
  parts.element.addEventListener("focusin", () => makeCurrent(entry.name));
  parts.given = {};
  return parts;
}

// A click opens the plot here. With a key pressed it opens another window, as with every link.
function follow(event, entry) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  change({ view: [written(item(entry, cards.get(entry.name).given))] });
}

function pick(entry) {
  const names = state.picked.map((call) => parsed(call).entry.name);
  const isPicked = names.includes(entry.name);
  if (!isPicked && names.length === MOST) return (tell(`At most ${MOST} can be compared.`), render());
  const picked = isPicked
    ? state.picked.filter((_, i) => names[i] !== entry.name)
    : [...state.picked, written(item(entry, cards.get(entry.name).given))];
  change({ picked });
}

// Curves are drawn when they come near the window.
const watcher = new IntersectionObserver(
  (changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      drawSmall(cards.get(target.dataset.name));
    }
  },
  { rootMargin: "400px" },
);

function drawSmall({ entry, picture, given }) {
  const samples = sampled(item(entry, given), entry.half, SMALL_POINTS);
  const [bottom, top] = frame([samples], entry.half, [0, 1]);
  const horizontal = linear(-entry.half, entry.half, 0, WIDTH);
  const vertical = linear(bottom, top, HEIGHT - 2, 2);
  const zero = (attributes) => make("line", { class: "zero", ...attributes });
  const paths = [1, 0].flatMap((order) =>
    samples.curves.map((curve, i) =>
      make("path", {
        class: `${ORDERS[order]}${i ? " further" : ""}`,
        d: pathOf(samples.x, curve[order], samples.jumps[i][order], horizontal, vertical),
      }),
    ),
  );
  picture.replaceChildren(
    zero({ x1: 0, x2: WIDTH, y1: vertical(0), y2: vertical(0) }),
    zero({ x1: horizontal(0), x2: horizontal(0), y1: 0, y2: HEIGHT }),
    ...paths,
  );
}

// What the small print under a name says, depending on the search and the order.
function smallPrint(entry, found) {
  const { q, sort, on } = state;
  if (sort === "cost") return `${shown(costOf(entry, on), 3)} × relu on ${on}`;
  if (sort === "accuracy") return errorOf(entry) ? `outside its budget: ${shown(errorOf(entry), 3)}` : "within its budget";
  if (sort === "year") return entry.year ? String(entry.year) : "no year";
  if (keyOf(q) && found.name && found.name !== entry.name && found.name !== entry.class) {
    const known = libraries(entry, found.name);
    const call = written(item(entry, found.given));
    return `${found.name}${known.length ? ` in ${few(known)}` : ""}${call === entry.name ? "" : ` is ${call}`}`;
  }
  return [entry.year, entry.learned ? "learned" : null].filter(Boolean).join(" · ") || "\u00a0";
}

const few = (names) => names.slice(0, 3).join(", ") + (names.length > 3 ? " and others" : "");

let current = null;

// One link of the grid is in the order of the Tab key. The arrows move it.
function makeCurrent(name) {
  for (const key of [current, name]) {
    if (!cards.has(key)) continue;
    const { link, box } = cards.get(key);
    link.tabIndex = box.tabIndex = key === name ? 0 : -1;
  }
  current = name;
}

function renderGrid() {
  const found = selection(state);
  const picked = new Set(state.picked.map((call) => parsed(call).entry.name));
  const sections = [];
  for (const { entry, match } of found) {
    const isByFamily = state.sort === "family" && !keyOf(state.q);
    const title = isByFamily ? entry.family : "";
    if (sections.at(-1)?.title !== title) sections.push({ title, elements: [] });
    if (!cards.has(entry.name)) cards.set(entry.name, card(entry));
    const parts = cards.get(entry.name);
    const given = match.given ?? {};
    if (!isSame(given, parts.given) || !parts.element.dataset.name) {
      parts.given = given;
      parts.element.dataset.name = entry.name;
      parts.picture.replaceChildren();
      watcher.unobserve(parts.element);
      watcher.observe(parts.element);
    }
    parts.link.href = addressOf({ view: [written(item(entry, given))] });
    parts.sub.textContent = smallPrint(entry, match);
    parts.box.checked = picked.has(entry.name);
    parts.element.classList.toggle("picked", parts.box.checked);
    sections.at(-1).elements.push(parts.element);
  }
  replaceSections(sections);
  if (!found.some(({ entry }) => entry.name === current)) makeCurrent(found[0]?.entry.name ?? null);
  renderFound(found);
}

let arranged = "";

// Cards that are where they should be stay there, and keep the focus.
function replaceSections(sections) {
  const arrangement = JSON.stringify(sections.map(({ title, elements }) => [title, elements.map((element) => element.dataset.name)]));
  if (arrangement !== arranged) byId("grid").replaceChildren(...sections.map(section));
  arranged = arrangement;
}

function section({ title, elements }) {
  const heading = title && make("h2", { id: `family-${title}` }, title.replace(/_/g, " "), make("span", {}, String(elements.length)));
  const list = make(
    "ul",
    { class: "cards", "aria-label": title ? null : "Activations", "aria-labelledby": title ? `family-${title}` : null },
    elements,
  );
  return make("section", { class: "family" }, heading || null, list);
}

function renderFound(found) {
  const all = DATA.activations.length;
  const isFiltered = found.length < all;
  byId("found").replaceChildren(
    isFiltered ? `${found.length} of ${all} ` : `${all} activations `,
    ...(isFiltered ? [make("button", { type: "button", onclick: () => change({ q: "", family: "", has: [] }) }, "show all")] : []),
  );
  const unclear = Object.entries(DATA.ambiguous).find(([name]) => keyOf(name) === keyOf(state.q));
  const hint = byId("hint");
  hint.hidden = !unclear;
  hint.replaceChildren(...(unclear ? [`${unclear[0]} means different functions: `, unclear[1].join("; "), "."] : []));
}

// The arrow keys move through the grid, Space picks.
function walk(event) {
  const link = event.target.closest?.(".open");
  if (!link) return;
  const links = [...byId("grid").querySelectorAll(".open")];
  const at = links.indexOf(link);
  if (event.key === " ") {
    event.preventDefault();
    pick(cards.get(link.parentElement.dataset.name).entry);
    return;
  }
  const next = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: below(links, at, 1),
    ArrowUp: below(links, at, -1),
    Home: 0,
    End: links.length - 1,
  }[event.key];
  if (next === undefined || !links[next]) return;
  event.preventDefault();
  makeCurrent(links[next].parentElement.dataset.name);
  links[next].focus();
}

// The link in the next row that is nearest to the same column.
function below(links, at, direction) {
  const place = (i) => links[i].getBoundingClientRect();
  const here = place(at);
  let row = null;
  let best = at;
  for (let i = at + direction; links[i]; i += direction) {
    const there = place(i);
    if (Math.abs(there.top - here.top) < 2) continue;
    row ??= there.top;
    if (Math.abs(there.top - row) > 2) break;
    if (best === at || Math.abs(there.left - here.left) < Math.abs(place(best).left - here.left)) best = i;
  }
  return best;
}
