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

// {x, curves}: for each curve the values, the derivatives, and the second derivatives. 0 is between two points, since many have a corner there.
function sampled(target, half, count) {
  const read = reader(target);
  const x = Array.from({ length: count }, (_, i) => -half + (2 * half * i) / (count - 1));
  const jets = x.map(read);
  return { x, curves: jets[0].map((_, curve) => [0, 1, 2].map((order) => jets.map((jet) => jet[curve][order]))) };
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
function pathOf(x, y, horizontal, vertical) {
  const finite = y.filter(Number.isFinite);
  const span = Math.max(...finite) - Math.min(...finite);
  const steps = y.map((value, i) => (i ? Math.abs(value - y[i - 1]) : 0));
  steps.push(0);
  let path = "";
  let isDrawing = false;
  for (let i = 0; i < x.length; i++) {
    const jumps = i > 0 && steps[i] > 10 * Math.max(steps[i - 1], steps[i + 1]) && steps[i] > 0.01 * span;
    const isPoint = Number.isFinite(y[i]);
    if (isPoint) path += `${isDrawing && !jumps ? "L" : "M"}${horizontal(x[i]).toFixed(2)} ${vertical(y[i]).toFixed(2)}`;
    isDrawing = isPoint;
  }
  return path;
}

const linear = (from, to, a, b) => (value) => Math.min(Math.max(a + ((value - from) / (to - from)) * (b - a), -1e4), 1e4);
