/** A benchmark's result: a figure, and the one it was measured against in the same process. */
export interface BenchRow {
  name: string;
  unit: string;
  value: number;
  base: number;
  baseName: string;
  /** value / base. */
  ratio: number;
}

/** The rows as aligned text. */
export function table(rows: readonly BenchRow[]): string {
  const cells = [
    ['what', 'value', 'unit', 'against', 'value', 'ratio'],
    ...rows.map((row) => [row.name, figure(row.value), row.unit, row.baseName, figure(row.base), row.ratio.toFixed(2)]),
  ];
  const right = [1, 4, 5];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const align = (cell: string, column: number) =>
    right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
  return cells.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

/** Four significant digits, thousands marked with a comma. */
function figure(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const [whole, fraction] = String(rounded).split('.');
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? marked : `${marked}.${fraction}`;
}
