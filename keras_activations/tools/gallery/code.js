// Code to copy for an item.

// [label, code] for every way to write it.
function snippets(target) {
  const { entry } = target;
  const layer = `ka.${entry.class}(${argumentsOf(target).join(", ")})`;
  const call = written(target);
  return [
    ["Layer", `x = ${layer}(x)`],
    entry.host ? ["activation=", `keras.layers.Dense(64, activation=${layer})`] : null,
    ["String", `ka.get("${call}")`],
    ["torch", equivalent(target, "torch")],
    ["JAX", equivalent(target, "jax")],
  ].filter((pair) => pair?.[1]);
}

// The call of another library with equal values, or null if it has none.
function equivalent({ entry, values }, library) {
  const known = entry.equivalents[library];
  if (!known || Object.entries(known.where).some(([name, value]) => !isSame(values[name], value))) return null;
  const moved = Object.entries(known.arguments).map(([word, name]) => [word, known.words[name]?.[values[name]] ?? values[name]]);
  const given = [...moved, ...Object.entries(known.fixed)].map(([word, value]) => `${word}=${word === "dim" ? value : literal(value)}`);
  return library === "torch" ? `${known.call}(${given.join(", ")})` : `${known.call}(${["x", ...given].join(", ")})`;
}

function codeBlock([label, code]) {
  const button = make("button", { type: "button", "aria-label": `Copy ${label}`, onclick: () => copy(code, "The code") }, "Copy");
  return make(
    "div",
    { class: "code" },
    make("span", { class: "label" }, label),
    make("pre", { tabindex: "0" }, make("code", {}, code)),
    button,
  );
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} is copied.`);
  } catch {
    // A file from the disk may not use the clipboard. The text is selected, so that the keyboard can copy it.
    prompt("Copy this", text);
  }
}

function tell(text) {
  byId("status").textContent = text;
}
