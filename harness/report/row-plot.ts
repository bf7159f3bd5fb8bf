/** Plots with one named row per value. Names are left of the rows if there is room, and above them on a phone. */
import * as Plot from '@observablehq/plot';

/** Pixels by which a narrow bar starts below its row's name. */
export const NARROW_BAR_INSET_PX = 24;

/**
 * Options of a plot with one row for each label. Labels must differ from each other; marks use them as their `y`. `x` is the scale of the values.
 */
export function rowPlot(
  labels: string[],
  narrow: boolean,
  x: Plot.ScaleOptions,
  marks: Plot.Markish[],
): Plot.PlotOptions {
  const longest = Math.max(...labels.map((label) => label.length));
  const names = narrow
    ? Plot.text(labels, { y: (d) => d, text: (d) => d, frameAnchor: 'left', textAnchor: 'start', dy: -13 })
    : Plot.axisY({ label: null, tickSize: 0 });
  return {
    height: labels.length * (narrow ? 48 : 32) + 64,
    marginLeft: narrow ? 6 : Math.round(longest * 7) + 18,
    marginRight: narrow ? 18 : 60,
    marginTop: 12,
    marginBottom: 44,
    x: { labelAnchor: 'center', labelArrow: 'none', ...x },
    y: { type: 'band', domain: labels, label: null, axis: null, padding: 0.25 },
    marks: [Plot.gridX({ ticks: x.ticks, stroke: 'var(--line)', strokeOpacity: 1 }), names, ...marks],
  };
}
