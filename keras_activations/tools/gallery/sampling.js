// Values of activations on a grid of points, and paths through them.

// The jets of an item at x, one for each of its curves. Those without a formula are read between stored samples.
function reader(target) {
  const { entry, values } = target;
  if (entry.tree) {
    const curves = curvesOf(entry.tree, values);
    return (x) => curves.map((curve) => curve(x));
  }
  const { half, curves } = entry.samples;
  return (x) =>
    curves.map(([value, slope]) => {
      const place = ((x + half) / (2 * half)) * (value.length - 1);
      if (place < 0 || place > value.length - 1) return [NaN, NaN, NaN];
      const at = Math.min(Math.floor(place), value.length - 2);
      const mixed = (numbers) => numbers[at] + (place - at) * (numbers[at + 1] - numbers[at]);
      return [mixed(value), mixed(slope), NaN];
    });
}

// {x, curves, jumps}: for each curve the values, the derivatives, and the second derivatives, and the places before which they jump.
// 0 is between two points, since many have a corner there.
function sampled(target, half, count) {
  const read = reader(target);
  const x = Array.from({ length: count }, (_, i) => -half + (2 * half * i) / (count - 1));
  const jets = x.map(read);
  const curves = jets[0].map((_, curve) => [0, 1, 2].map((order) => jets.map((jet) => jet[curve][order])));
  const jumps = curves.map((orders, curve) =>
    orders.map((y, order) => suspects(y).filter((i) => target.entry.samples || isJump((at) => read(at)[curve][order], x[i - 1], x[i]))),
  );
  return { x, curves, jumps };
}

// The points before which there may be a jump: the step is much larger than those beside it.
function suspects(y) {
  const finite = y.filter(Number.isFinite);
  const span = Math.max(...finite) - Math.min(...finite);
  const step = (i) => Math.abs(y[i] - y[i - 1]) || 0;
  return y.map((_, i) => i).filter((i) => i > 0 && step(i) > 4 * Math.max(step(i - 1), step(i + 1)) && step(i) > 0.01 * span);
}

// Whether a function jumps between two points: its step stays as it is, however near the points come.
function isJump(f, low, high) {
  const whole = Math.abs(f(high) - f(low));
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (Math.abs(f(middle) - f(low)) > Math.abs(f(high) - f(middle))) high = middle;
    else low = middle;
  }
  return Math.abs(f(high) - f(low)) > whole / 2;
}

// The range of y for samples. A curve that grows like exp must not make all other curves flat.
function frame(samples, half, orders) {
  const reach = Math.max(half, 2);
  let [bottom, top] = [0, 0];
  for (const { curves } of samples) {
    for (const curve of curves) {
      for (const order of orders) {
        for (const y of curve[order]) {
          if (y < bottom) bottom = y;
          if (y > top) top = y;
        }
      }
    }
  }
  [bottom, top] = [Math.max(bottom, -reach), Math.min(top, reach)];
  const margin = 0.06 * (top - bottom) || 1;
  return [bottom - margin, top + margin];
}

// A path through the points. It breaks where a curve jumps or is not finite: a vertical line would show values that it never has.
function pathOf(x, y, jumps, horizontal, vertical) {
  let path = "";
  let isDrawing = false;
  for (let i = 0; i < x.length; i++) {
    const isPoint = Number.isFinite(y[i]);
    if (isPoint) path += `${isDrawing && !jumps.includes(i) ? "L" : "M"}${horizontal(x[i]).toFixed(2)} ${vertical(y[i]).toFixed(2)}`;
    isDrawing = isPoint;
  }
  return path;
}

const linear = (from, to, a, b) => (value) => Math.min(Math.max(a + ((value - from) / (to - from)) * (b - a), -1e4), 1e4);
