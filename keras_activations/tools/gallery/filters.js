// Which activations are shown, and in which order.

const PROPERTIES = {
  bounded: "bounded",
  smooth: "smooth",
  monotonic: "monotonic",
  zero_centered: "zero-centred",
  never_dead: "never dead",
  learned: "learned",
  elementwise: "elementwise",
  cheap: "cheap",
  within_budget: "within its error budget",
};

const SORTS = { family: "family", name: "name", cost: "cost", accuracy: "accuracy", year: "year" };

// Case, spaces and hyphens do not tell names apart. What stands before the last dot is the name of a library.
const keyOf = (text) =>
  text
    .slice(text.lastIndexOf(".") + 1)
    .replace(/[\s_-]/g, "")
    .toLowerCase();

const costOf = (entry, backend) => entry.cost[backend] ?? Infinity;

// 0 within the budget, and the worst error of value and gradient outside of it.
const errorOf = (entry) => Math.max(0, ...Object.values(entry.accuracy).flatMap(([value, gradient]) => [value, gradient]));

function has(entry, property, backend) {
  return property === "cheap" ? costOf(entry, backend) <= DATA.cheap : entry.has.includes(property);
}

// How well a search finds an activation: {rank, name, given}, with 0 for the best. null if it does not.
function match(entry, query) {
  const wanted = keyOf(query);
  if (!wanted) return { rank: 0 };
  let best = null;
  const candidates = [[entry.name, "", {}], [entry.class, "", {}], ...entry.names];
  for (const [name, library, given] of candidates) {
    const place = keyOf(name).indexOf(wanted);
    if (place < 0) continue;
    const isExact = keyOf(name) === wanted;
    const rank = (isExact ? 0 : place === 0 ? 2 : 4) + (name === entry.name || name === entry.class ? 0 : 1);
    if (!best || rank < best.rank) best = { rank, name, library, given };
  }
  if (!best && wanted.length > 2 && entry.summary.toLowerCase().includes(query.trim().toLowerCase())) best = { rank: 6 };
  return best;
}

// The libraries by which a search knows an activation under exactly this name.
function libraries(entry, query) {
  return [...new Set(entry.names.filter(([name, library]) => library && keyOf(name) === keyOf(query)).map(([, library]) => library))];
}

// [{entry, match}] in order.
function selection({ q, family, has: wanted, on, sort }) {
  const found = DATA.activations
    .filter((entry) => (!family || entry.family === family) && wanted.every((property) => has(entry, property, on)))
    .map((entry) => ({ entry, match: match(entry, q) }))
    .filter((each) => each.match);
  const keys = {
    family: (entry) => [DATA.families.findIndex(([family]) => family === entry.family)],
    name: () => [],
    cost: (entry) => [costOf(entry, on)],
    accuracy: (entry) => [errorOf(entry)],
    year: (entry) => [entry.year ?? Infinity],
  };
  const order = ({ entry, match }) => [keyOf(q) ? match.rank : 0, ...keys[sort](entry), entry.name];
  return found
    .map((each) => [order(each), each])
    .sort(([a], [b]) => compared(a, b))
    .map(([, each]) => each);
}

function compared(a, b) {
  const i = a.findIndex((value, i) => value !== b[i]);
  return i < 0 ? 0 : a[i] < b[i] ? -1 : 1;
}
