/**
 * The Universal Scalability Law (Gunther): the throughput of N connections is lambda N / (1 + sigma (N - 1) + kappa N (N - 1)). If kappa is
 * above 0, throughput has a peak, the knee.
 */
export interface Usl {
  /** Throughput of one connection alone. */
  lambda: number;
  /** Contention: the share of work that connections must queue for. */
  sigma: number;
  /** Coherency: the cost of agreement between each two connections. */
  kappa: number;
  /** Share of the variance of throughput that the fit explains. */
  r2: number;
}

/** Throughput measured at a number of connections. */
export interface UslPoint {
  connections: number;
  throughput: number;
}

/**
 * Fits the law by least squares of N / throughput, which is linear in the coefficients, relative to each point, with sigma and kappa 0
 * or more. Null for fewer than three different loads, or if no fit has a positive lambda.
 */
export function fitUsl(points: readonly UslPoint[]): Usl | null {
  const used = points.filter(({ connections, throughput }) => connections > 0 && throughput > 0);
  if (new Set(used.map(({ connections }) => connections)).size < TERMS.length) return null;
  let best: { coefficients: number[]; error: number } | null = null;
  for (const terms of SUBSETS) {
    const fitted = solveFor(used, terms);
    if (fitted === null || fitted.some((c) => c < 0)) continue;
    const coefficients = TERMS.map((_, term) => fitted[terms.indexOf(term)] ?? 0);
    const error = errorOf(used, coefficients);
    if (best === null || error < best.error) best = { coefficients, error };
  }
  if (best === null || best.coefficients[0] <= 0) return null;
  const [a, b, c] = best.coefficients;
  const law = { lambda: 1 / a, sigma: b / a, kappa: c / a };
  return { ...law, r2: explained(used, law) };
}

/** Throughput of `n` connections. */
export function throughputAt({ lambda, sigma, kappa }: Omit<Usl, 'r2'>, n: number): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/** Number of connections at which throughput peaks; null if it has no peak. */
export function kneeOf({ sigma, kappa }: Omit<Usl, 'r2'>): number | null {
  return kappa > 0 && sigma < 1 ? Math.sqrt((1 - sigma) / kappa) : null;
}

// --- internal ---

/** Terms of N / throughput = a + b (N - 1) + c N (N - 1). */
const TERMS: readonly ((n: number) => number)[] = [() => 1, (n) => n - 1, (n) => n * (n - 1)];
/** If a coefficient would be below 0, it is 0, and the best fit leaves out its term: these subsets of terms are tried. */
const SUBSETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [0]];

/** Each row is divided by N / throughput, so that all points have the same weight. */
function row({ connections, throughput }: UslPoint): number[] {
  return TERMS.map((term) => (term(connections) * throughput) / connections);
}

function solveFor(points: readonly UslPoint[], terms: readonly number[]): number[] | null {
  const rows = points.map((point) => terms.map((term) => row(point)[term]));
  // Columns are scaled to one size: N (N - 1) for thousands of connections would otherwise swamp the others.
  const sizes = terms.map((_, j) => Math.sqrt(rows.reduce((sum, r) => sum + r[j] ** 2, 0)));
  const normal = terms.map((_, j) => [
    ...terms.map((_t, k) => rows.reduce((sum, r) => sum + (r[j] * r[k]) / (sizes[j] * sizes[k]), 0)),
    rows.reduce((sum, r) => sum + r[j] / sizes[j], 0),
  ]);
  return eliminate(normal)?.map((x, j) => x / sizes[j]) ?? null;
}

/** Gaussian elimination; the last column is the right side. Null if there is not exactly one solution. */
function eliminate(m: number[][]): number[] | null {
  const size = m.length;
  for (let i = 0; i < size; i += 1) {
    let pivot = i;
    for (let r = i + 1; r < size; r += 1) if (Math.abs(m[r][i]) > Math.abs(m[pivot][i])) pivot = r;
    [m[i], m[pivot]] = [m[pivot], m[i]];
    if (Math.abs(m[i][i]) < 1e-12) return null;
    for (let r = 0; r < size; r += 1) {
      if (r === i) continue;
      const factor = m[r][i] / m[i][i];
      for (let k = i; k <= size; k += 1) m[r][k] -= factor * m[i][k];
    }
  }
  return m.map((r, i) => r[size] / r[i]);
}

function errorOf(points: readonly UslPoint[], coefficients: readonly number[]): number {
  return points.reduce((sum, point) => {
    const fitted = row(point).reduce((value, x, term) => value + coefficients[term] * x, 0);
    return sum + (fitted - 1) ** 2;
  }, 0);
}

function explained(points: readonly UslPoint[], law: Omit<Usl, 'r2'>): number {
  const mean = points.reduce((sum, { throughput }) => sum + throughput, 0) / points.length;
  const all = points.reduce((sum, { throughput }) => sum + (throughput - mean) ** 2, 0);
  const left = points.reduce((sum, p) => sum + (p.throughput - throughputAt(law, p.connections)) ** 2, 0);
  return all === 0 ? 1 : 1 - left / all;
}
