// Elements and numbers as text.

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children. Strings become text, so that nothing needs to be escaped.
function make(tag, attributes = {}, ...children) {
  const element = ["svg", "path", "line", "circle", "text", "g"].includes(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const byId = (id) => document.getElementById(id);

// A number as a reader wants it: with at most six digits, and a true minus sign.
function shown(number, digits = 6) {
  if (Number.isNaN(number)) return "not defined";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  return String(Number(number.toPrecision(digits)) + 0).replace("-", "−");
}

// A text with its addresses as links.
function linked(text) {
  return text
    .split(/(https?:\/\/[^\s,;)]+)/)
    .map((part, i) => (i % 2 ? make("a", { href: part, rel: "noopener noreferrer" }, part) : part));
}

// Round steps for the ticks of an axis: 1, 2 or 5 times a power of ten.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((value) => value >= rough * 0.999);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)) + 0);
}
