// Formulas as trees become functions. A tree is a number, a name, or a list of an operation and its operands.
// A value is a jet, a row (a list of jets), a text, or a truth value.

const isRow = (value) => Array.isArray(value) && Array.isArray(value[0]);

// Entry by entry where an operand is a row.
function broadcast(operation, operands) {
  const row = operands.find(isRow);
  return row ? row.map((_, i) => operation(...operands.map((operand) => (isRow(operand) ? operand[i] : operand)))) : operation(...operands);
}

const REDUCTIONS = {
  sum: (row) => row.reduce(add),
  mean: (row) => divide(row.reduce(add), constant(row.length)),
  max: (row) => row.reduce(largest),
};

// exp(u) / sum(exp(u)), with the largest exponent subtracted, so that nothing overflows.
function softmax(row) {
  const top = constant(Math.max(...row.map((u) => u[0])));
  const powers = row.map((u) => FUNCTIONS.exp(subtract(u, top)));
  const total = powers.reduce(add);
  return powers.map((u) => divide(u, total));
}

const ROWS = {
  softmax,
  index: (row) => row.map((_, i) => constant(i + 1)),
  polynomial: (u, row) => row.reduceRight((result, c) => add(multiply(result, u), c), constant(0)),
};

// A function from a scope, which is an object of names and values, to the value of the tree.
function compiled(tree) {
  if (typeof tree === "number") {
    const number = constant(tree);
    return () => number;
  }
  if (typeof tree === "string") {
    const known = { pi: constant(Math.PI), inf: constant(Infinity) }[tree];
    return known ? () => known : (scope) => scope[tree];
  }
  const [operation, ...rest] = tree;
  if (operation === "text") return () => rest[0];
  if (operation === "at") {
    const row = compiled(rest[0]);
    return (scope) => row(scope)[rest[1]];
  }
  const operands = rest.map(compiled);
  const evaluated = (scope) => operands.map((operand) => operand(scope));
  if (operation === "if") return (scope) => (operands[0](scope) === true ? operands[1](scope) : operands[2](scope));
  if (operation === "and") return (scope) => operands.every((operand) => operand(scope));
  if (operation in COMPARISONS) {
    return (scope) => COMPARISONS[operation](...evaluated(scope).map((value) => (typeof value === "string" ? value : value[0])));
  }
  if (operation in REDUCTIONS && operands.length === 1) return (scope) => REDUCTIONS[operation](operands[0](scope));
  if (operation in ROWS) return (scope) => ROWS[operation](...evaluated(scope));
  const apply = OPERATIONS[operation] ?? FUNCTIONS[operation];
  if (!apply) throw new Error(`There is no operation ${operation}.`);
  return (scope) => broadcast(apply, evaluated(scope));
}

// A parameter as a value of the interpreter. null means no limit, as in the package.
function lifted(value) {
  if (Array.isArray(value)) return value.map(constant);
  return typeof value === "number" ? constant(value) : value === null ? constant(Infinity) : value;
}

// The functions of x that an activation shows, one for each curve. Each returns a jet.
// `row` has the inputs, with "x" where x goes. `is_row` says that the formula takes the whole row. Of a row, the first entry is meant.
function curvesOf(formula, parameters) {
  const scope = {};
  for (const name in parameters) scope[name] = lifted(parameters[name]);
  const outputs = formula.trees.map(compiled);
  const jets = (x) => {
    const entries = formula.row.map((entry) => (entry === "x" ? [x, 1, 0] : constant(entry)));
    if (formula.inputs.length > 1) formula.inputs.forEach((name, i) => (scope[name] = entries[i]));
    else scope[formula.inputs[0]] = formula.is_row ? entries : entries[0];
    return outputs.map((output) => output(scope)).map((value) => (isRow(value) ? value[0] : value));
  };
  return outputs.map((_, i) => (x) => jets(x)[i]);
}
