// What the page shows, kept in the address, so that a link shows it again and the browser's buttons go back and forward.

const START = { q: "", family: "", has: [], on: "tensorflow", sort: "family", picked: [], view: [], half: null, show: "01" };
const MOST = 7; // as many as there are colours that everybody can tell apart
const HALVES = [0.5, 64]; // the narrowest and the widest range of x, from 0
const LISTS = { has: ",", picked: "~", view: "~" };

function stateOf(fragment) {
  const state = { ...START };
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const [key, ...rest] = part.split("=");
    const value = readable(rest.join("="));
    if (key in LISTS) state[key] = value.split(LISTS[key]).filter(Boolean);
    else if (key === "half") state.half = Math.min(Math.max(Number(value), HALVES[0]), HALVES[1]) || null;
    else if (key in START) state[key] = value;
  }
  if (!DATA.backends.includes(state.on)) state.on = START.on;
  if (!(state.sort in SORTS)) state.sort = START.sort;
  if (!DATA.families.some(([family]) => family === state.family)) state.family = START.family;
  state.has = state.has.filter((name) => name in PROPERTIES);
  // What is looked at stays as it was written, so that the plot can say what it does not show.
  state.view = state.view.filter(parsed).slice(0, MOST);
  state.picked = state.picked.map(parsed).filter(Boolean).slice(0, MOST).map(written);
  return state;
}

function fragmentOf(state) {
  const parts = Object.keys(START)
    .filter((key) => !isSame(state[key], START[key]))
    .map(
      (key) => `${key}=${encoded(key in LISTS ? state[key].map((text) => text.replace(/\s/g, "")).join(LISTS[key]) : String(state[key]))}`,
    );
  return parts.join("&");
}

// Commas and signs of equality stay readable.
const encoded = (text) => encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3D/g, "=");

function readable(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let state = null;
let pending = null;

// Change some of the state. `replace` keeps no step to go back to, as for a slider that moves.
function change(changes, { replace = false } = {}) {
  state = { ...state, ...changes };
  clearTimeout(pending);
  // Browsers refuse an address that changes a hundred times in a few seconds.
  if (replace) pending = setTimeout(() => remember("replaceState"), 150);
  else remember("pushState");
  render();
}

function remember(how) {
  const address = `#${fragmentOf(state)}`;
  if (address !== (location.hash || "#")) history[how](null, "", address);
}

// Show what the address says, after a step back or forward.
function restore() {
  clearTimeout(pending);
  state = stateOf(location.hash);
  render();
}

function addressOf(changes) {
  return `#${fragmentOf({ ...START, ...changes })}`;
}
