// Numbers with their first and second derivatives by x: [value, first, second]. Python tests compare them with other sources.

const constant = (value) => [value, 0, 0];

// A product in which 0 wins. Where a function is flat, its slope is 0, however steep its argument is.
const times = (a, b) => (a === 0 || b === 0 ? 0 : a * b);

// The chain rule: f(u), with the value and the two derivatives of f at u.
const through = (u, f, first, second) => [f, times(first, u[1]), times(second, times(u[1], u[1])) + times(first, u[2])];

const add = (u, v) => [u[0] + v[0], u[1] + v[1], u[2] + v[2]];
const negative = (u) => [-u[0], -u[1], -u[2]];
const subtract = (u, v) => add(u, negative(v));

const multiply = (u, v) => [
  times(u[0], v[0]),
  times(u[1], v[0]) + times(u[0], v[1]),
  times(u[2], v[0]) + 2 * times(u[1], v[1]) + times(u[0], v[2]),
];

// No power of the divisor appears, so that nothing overflows before the quotient does.
function divide(u, v) {
  const q = u[0] / v[0];
  const first = (u[1] - times(q, v[1])) / v[0];
  return [q, first, (u[2] - 2 * times(first, v[1]) - times(q, v[2])) / v[0]];
}

// The exponent is a number. At 0, an infinite derivative is read as 0, as the package does.
function power(u, exponent) {
  const p = exponent[0];
  const raised = (q) => (u[0] === 0 && q < 0 ? 0 : u[0] ** q);
  if (u[0] === 0 || p === Math.round(p)) return through(u, raised(p), p * raised(p - 1), p * (p - 1) * raised(p - 2));
  // By the logarithm, whose derivatives are small where those of the power overflow.
  const value = u[0] ** p;
  const rate = u[1] / u[0];
  const first = p * value * rate;
  return [value, first, (p - 1) * first * rate + (p * value * u[2]) / u[0]];
}

function logarithm(u) {
  if (u[0] < 0) return constant(NaN);
  const rate = u[1] / u[0];
  return [Math.log(u[0]), rate, u[2] / u[0] - rate * rate];
}

function softplus(u) {
  const e = Math.exp(-Math.abs(u[0]));
  const first = (u[0] > 0 ? 1 : e) / (1 + e);
  return through(u, Math.max(u[0], 0) + Math.log1p(e), first, e / (1 + e) / (1 + e));
}

function sigmoid(u) {
  const e = Math.exp(-Math.abs(u[0]));
  const value = (u[0] > 0 ? 1 : e) / (1 + e);
  const first = e / (1 + e) / (1 + e);
  return through(u, value, first, (first * (1 - e) * (u[0] > 0 ? -1 : 1)) / (1 + e));
}

function hyperbolicTangent(u) {
  const value = Math.tanh(u[0]);
  const first = Math.cosh(u[0]) ** -2;
  return through(u, value, first, -2 * value * first);
}

// erf by a series of terms that are all positive, so that no digits are lost. It converges fast below 2.
function errorSeries(x) {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

// erfc for x of 2 and more by its continued fraction, from the innermost term outwards.
function errorFraction(x) {
  let tail = 0;
  for (let n = 100; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

const erfc = (x) => (x >= 2 ? errorFraction(x) : x <= -2 ? 2 - errorFraction(-x) : 1 - errorSeries(x));
const erf = (x) => (Math.abs(x) < 2 ? errorSeries(x) : Math.sign(x) * (1 - errorFraction(Math.abs(x))));
const bell = (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);

function squareRoot(u) {
  const root = Math.sqrt(u[0]);
  return root === 0 ? [0, 0, 0] : through(u, root, 1 / (2 * root), -1 / (4 * root * u[0]));
}

const FUNCTIONS = {
  exp: (u) => through(u, Math.exp(u[0]), Math.exp(u[0]), Math.exp(u[0])),
  expm1: (u) => through(u, Math.expm1(u[0]), Math.exp(u[0]), Math.exp(u[0])),
  log: logarithm,
  log1p: (u) => through(u, Math.log1p(u[0]), 1 / (1 + u[0]), -((1 + u[0]) ** -2)),
  sqrt: squareRoot,
  tanh: hyperbolicTangent,
  sin: (u) => through(u, Math.sin(u[0]), Math.cos(u[0]), -Math.sin(u[0])),
  cos: (u) => through(u, Math.cos(u[0]), -Math.sin(u[0]), -Math.cos(u[0])),
  atan: (u) => through(u, Math.atan(u[0]), 1 / (1 + u[0] * u[0]), (-2 * u[0]) / (1 + u[0] * u[0]) ** 2),
  erf: (u) => through(u, erf(u[0]), bell(u[0]), -2 * times(u[0], bell(u[0]))),
  erfc: (u) => through(u, erfc(u[0]), -bell(u[0]), 2 * times(u[0], bell(u[0]))),
  abs: (u) => through(u, Math.abs(u[0]), Math.sign(u[0]), 0),
  neg: negative,
  softplus,
  sigmoid,
};

// At a tie, min and max are their second argument, as in the package.
const smallest = (u, v) => (u[0] < v[0] ? u : v);
const largest = (u, v) => (u[0] > v[0] ? u : v);
const OPERATIONS = { "+": add, "-": subtract, "*": multiply, "/": divide, "**": power, min: smallest, max: largest };
const COMPARISONS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
};
