// Activations with arguments, written as the package's `get` takes them: leaky_relu(negative_slope=0.1).
// An item is an activation with the values of all of its parameters: {entry, values}.

const copied = (value) => (Array.isArray(value) ? [...value] : value);
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function item(entry, given = {}) {
  const target = {
    entry,
    values: {},
    unknown: Object.keys(given).filter((name) => !entry.parameters.some((parameter) => parameter.name === name)),
  };
  for (const parameter of entry.parameters) target.values[parameter.name] = copied(parameter.value);
  // Other parameters follow from a choice, and come after it.
  const order = ["choice", "flag", "number", "row"];
  const found = entry.parameters.filter(({ name }) => name in given).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const parameter of found) {
    assign(target, parameter, given[parameter.name]);
    if (!isSame(target.values[parameter.name], given[parameter.name])) target.unknown.push(parameter.name);
  }
  return target;
}

// The default of a parameter, which may follow from a choice.
function defaultOf({ entry, values }, parameter) {
  const choice = parameter.follows && entry.parameters.find(({ kind }) => kind === "choice");
  return choice ? choice.defaults[values[choice.name]][parameter.name] : parameter.value;
}

// The value, or the nearest one that the constructor accepts, or the present one.
function allowed(target, parameter, value) {
  const { kind, limits } = parameter;
  const present = target.values[parameter.name];
  if (kind === "number") {
    if (value === null) return parameter.may_be_none ? null : present;
    return typeof value === "number" && Number.isFinite(value) ? within(limits, value) : present;
  }
  if (kind === "row") {
    const fits =
      Array.isArray(value) && value.length && value.every(Number.isFinite) && (parameter.any_length || value.length === present.length);
    return fits ? value.map((entry) => within(limits, entry)) : present;
  }
  if (kind === "flag") return typeof value === "boolean" ? value : present;
  return parameter.options.includes(value) ? value : present;
}

const within = ([low, high], value) => Math.min(Math.max(value, low ?? -Infinity), high ?? Infinity);

// Set a value, and move the one that must stay above or below it.
function assign(target, parameter, value) {
  const { entry, values } = target;
  values[parameter.name] = allowed(target, parameter, value);
  if (parameter.kind === "choice") Object.assign(values, parameter.defaults[values[parameter.name]]);
  const other = (name) => entry.parameters.find((candidate) => candidate.name === name);
  for (const [low, high] of entry.below) {
    if (values[low] < values[high]) continue;
    if (parameter.name === low) values[high] = within(other(high).limits, values[low] + other(high).step);
    if (parameter.name === high) values[low] = within(other(low).limits, values[high] - other(low).step);
  }
  for (const { name, needs, value: start } of entry.parameters) if (needs && !values[needs]) values[name] = start;
}

function literal(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `(${value.map(literal).join(", ")}${value.length === 1 ? "," : ""})`;
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

// The arguments that must be written: those that differ from the defaults. Of those that follow from a choice, all or none.
function argumentsOf(target) {
  const { entry, values } = target;
  const moved = entry.parameters.filter((parameter) => !isSame(values[parameter.name], defaultOf(target, parameter)));
  const isFree = moved.some(({ follows }) => follows);
  const written = entry.parameters.filter((parameter) => parameter.required || moved.includes(parameter) || (parameter.follows && isFree));
  return written.map(({ name }) => `${name}=${literal(values[name])}`);
}

function written(target) {
  const given = argumentsOf(target);
  return given.length ? `${target.entry.name}(${given.join(", ")})` : target.entry.name;
}

// The item that a call means, or null if it means none.
function parsed(text) {
  const [, name, rest] = text.match(/^\s*(\w+)\s*(?:\((.*)\))?\s*$/s) ?? [];
  const entry = ENTRIES.get(name);
  if (!entry) return null;
  const given = {};
  for (const [, argument, value] of (rest ?? "").matchAll(/(\w+)\s*=\s*(\([^)]*\)|'[^']*'|"[^"]*"|[^,]+)/g))
    given[argument] = valueOf(value.trim());
  return item(entry, given);
}

function valueOf(text) {
  const words = { None: null, True: true, False: false };
  if (text in words) return words[text];
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (text.startsWith("("))
    return text
      .slice(1, -1)
      .split(",")
      .filter((part) => part.trim())
      .map(Number);
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
