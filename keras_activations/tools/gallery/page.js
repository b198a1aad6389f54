// The page: what the tools, the grid, the tray and the dialog have to do with each other.

const DATA = JSON.parse(byId("data").textContent);
const ENTRIES = new Map(DATA.activations.map((entry) => [entry.name, entry]));
const detail = new Detail(byId("detail"));

function render() {
  renderTools();
  renderGrid();
  renderTray();
  detail.render();
}

function option(value, text) {
  return make("option", { value }, text);
}

function buildTools() {
  const listen = (id, key) => byId(id).addEventListener("change", () => change({ [key]: byId(id).value }));
  byId("family").append(option("", "all"), ...DATA.families.map(([family, name]) => option(family, name)));
  byId("sort").append(...Object.entries(SORTS).map(([name, text]) => option(name, text)));
  byId("backend").append(...DATA.backends.map((backend) => option(backend, BACKEND_NAMES[backend])));
  listen("family", "family");
  listen("sort", "sort");
  listen("backend", "on");
  byId("search").addEventListener("input", () => change({ q: byId("search").value }, { replace: true }));
  byId("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("grid").querySelector(".open")?.focus();
  });
  const toggle = (name) => change({ has: state.has.includes(name) ? state.has.filter((other) => other !== name) : [...state.has, name] });
  for (const [name, text] of Object.entries(PROPERTIES)) {
    byId("properties").append(make("button", { type: "button", class: "chip", "data-property": name, onclick: () => toggle(name) }, text));
  }
}

function renderTools() {
  if (byId("search").value !== state.q) byId("search").value = state.q;
  byId("family").value = state.family;
  byId("sort").value = state.sort;
  byId("backend").value = state.on;
  for (const chip of byId("properties").children) chip.setAttribute("aria-pressed", state.has.includes(chip.dataset.property));
}

function renderTray() {
  const tray = byId("tray");
  tray.hidden = !state.picked.length;
  const remove = (call) => change({ picked: state.picked.filter((other) => other !== call) });
  const pills = state.picked.map((call) =>
    make("li", {}, make("button", { type: "button", class: "pill", "aria-label": `Remove ${call}`, onclick: () => remove(call) }, call)),
  );
  tray.replaceChildren(
    make("ul", { class: "picks", "aria-label": "Picked" }, pills),
    make("button", { type: "button", class: "button main", disabled: state.picked.length < 2, onclick: compare }, "Compare"),
    make("button", { type: "button", class: "button", onclick: () => change({ picked: [] }) }, "Clear"),
  );
}

function compare() {
  if (state.picked.length > 1) change({ view: state.picked, half: null });
}

// The system's preference, unless the reader has chosen.
function buildTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // A browser may forbid it to a file.
  }
  const show = () => {
    const theme = chosen ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    byId("theme").setAttribute("aria-pressed", theme === "dark");
  };
  dark.addEventListener("change", show);
  byId("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // It holds until the page is closed.
    }
    show();
  });
  show();
}

function press(event) {
  const isTyping = event.target.closest("input, select, textarea, dialog");
  if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    byId("search").focus();
  }
  if (event.key === "c") compare();
}

buildTheme();
buildTools();
document.addEventListener("keydown", press);
byId("grid").addEventListener("keydown", walk);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  (byId("grid").querySelector(".open[tabindex='0']") ?? byId("grid")).focus();
});
addEventListener("popstate", restore);
restore();
requestAnimationFrame(() => setTimeout(() => performance.mark("interactive")));
