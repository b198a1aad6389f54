// Controls for the parameters of an activation.

// Elements for all parameters of an item. `changed` is called after a value has changed. `refresh` shows the values again.
function controls(target, changed) {
  const refreshers = [];
  const refresh = () => refreshers.forEach((one) => one());
  const set = (parameter, value) => {
    assign(target, parameter, value);
    refresh();
    changed();
  };
  const elements = target.entry.parameters.map((parameter) => {
    const { element, show } = control(target, parameter, (value) => set(parameter, value));
    refreshers.push(show);
    return element;
  });
  if (elements.length)
    elements.push(
      make("button", { type: "button", class: "link", onclick: () => reset(target, refresh, changed) }, "Back to the defaults"),
    );
  refresh();
  return elements;
}

function reset(target, refresh, changed) {
  Object.assign(target.values, item(target.entry).values);
  refresh();
  changed();
}

function control(target, parameter, set) {
  const { name, kind, sign } = parameter;
  const read = () => target.values[name];
  const build = { number: numberControl, row: rowControl, flag: flagControl, choice: choiceControl }[kind];
  const { parts, show } = build(parameter, read, set, target);
  const top = make(
    "legend",
    { class: "top" },
    sign ? `${sign} ` : null,
    name,
    parameter.learned ? make("span", { class: "badge" }, "learned") : null,
  );
  const element = make(
    "fieldset",
    { class: "parameter" },
    top,
    ...parts,
    parameter.text ? make("p", { class: "help" }, parameter.text.replace(/`/g, "")) : null,
  );
  return { element, show };
}

// A slider with a field for the exact number.
function slide(parameter, label, read, set) {
  const { low, high, step } = parameter;
  const onStep = (text) => Number((Math.round(Number(text) / step) * step).toPrecision(10)) + 0;
  const range = make("input", { type: "range", min: low, max: high, step: "any", "aria-label": label });
  const field = make("input", { type: "number", step: "any", "aria-label": `${label}, number` });
  range.addEventListener("input", () => set(onStep(range.value)));
  range.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!steps) return;
    event.preventDefault();
    set(onStep(Math.min(Math.max(Number(range.value) + steps * step, low), Number(range.max))));
  });
  field.addEventListener("change", () => set(field.value === "" ? read() : Number(field.value)));
  const show = () => {
    const value = read();
    range.max = Math.max(high, value);
    range.min = Math.min(low, value);
    range.value = value;
    range.setAttribute("aria-valuetext", shown(value));
    if (document.activeElement !== field || Number(field.value) !== value) field.value = Number(value.toPrecision(6));
  };
  return { element: make("div", { class: "slide" }, range, field), range, field, show };
}

function numberControl(parameter, read, set, target) {
  const middle = parameter.value ?? (parameter.low + parameter.high) / 2 + parameter.high / 4;
  const { element, range, field, show } = slide(parameter, parameter.name, () => read() ?? middle, set);
  if (!parameter.may_be_none && !parameter.needs) return { parts: [element], show };
  const box = make("input", { type: "checkbox", onchange: () => set(box.checked ? null : middle) });
  const showAll = () => {
    box.checked = read() === null;
    range.disabled = field.disabled = read() === null || Boolean(parameter.needs && !target.values[parameter.needs]);
    show();
  };
  return { parts: [parameter.may_be_none ? make("label", { class: "flag" }, box, "no limit") : null, element], show: showAll };
}

function rowControl(parameter, read, set) {
  const element = make("div");
  let slides = [];
  const one = (_, i) =>
    slide(
      parameter,
      `${parameter.name} ${i}`,
      () => read()[i],
      (value) => set(read().map((old, j) => (i === j ? value : old))),
    );
  const show = () => {
    if (slides.length !== read().length) {
      slides = read().map(one);
      element.replaceChildren(...slides.map((each) => each.element));
    }
    slides.forEach((each) => each.show());
  };
  return { parts: [element], show };
}

function flagControl(parameter, read, set) {
  const box = make("input", { type: "checkbox", "aria-label": parameter.name, onchange: () => set(box.checked) });
  return { parts: [make("label", { class: "flag" }, box, "on")], show: () => (box.checked = read()) };
}

function choiceControl(parameter, read, set) {
  const list = make(
    "select",
    { "aria-label": parameter.name, onchange: () => set(list.value) },
    parameter.options.map((option) => make("option", { value: option }, option)),
  );
  return { parts: [list], show: () => (list.value = read()) };
}
