import { expect, it } from 'vitest';
import { fitUsl, kneeOf, throughputAt, type UslPoint } from './usl.ts';

const LOADS = [200, 500, 1000, 2000, 4000, 8000, 12_000];

function pointsOf(law: { lambda: number; sigma: number; kappa: number }, noise: readonly number[] = []): UslPoint[] {
  return LOADS.map((n, i) => ({ connections: n, throughput: throughputAt(law, n) * (1 + (noise[i] ?? 0)) }));
}

it.each([
  { lambda: 3, sigma: 0.0005, kappa: 2e-8 },
  { lambda: 0.4, sigma: 0.02, kappa: 1e-9 },
  { lambda: 1, sigma: 0, kappa: 1e-8 },
])('finds the law behind exact points: %o', (law) => {
  const found = fitUsl(pointsOf(law));
  expect(found?.lambda).toBeCloseTo(law.lambda, 4);
  expect(found?.sigma).toBeCloseTo(law.sigma, 6);
  expect(found?.kappa).toBeCloseTo(law.kappa, 10);
  expect(found?.r2).toBeCloseTo(1, 9);
});

it('finds the knee of noisy points', () => {
  const law = { lambda: 3, sigma: 0.0005, kappa: 2e-8 };
  const found = fitUsl(pointsOf(law, [0.02, -0.01, 0.015, -0.02, 0.01, -0.015, 0.01]));
  const knee = kneeOf(found!);
  expect(knee).toBeGreaterThan(0.8 * kneeOf(law)!);
  expect(knee).toBeLessThan(1.25 * kneeOf(law)!);
});

it('a throughput that grows in proportion to connections, or faster, has no knee', () => {
  const linear = fitUsl(LOADS.map((n) => ({ connections: n, throughput: 2 * n })));
  expect(linear?.kappa).toBeCloseTo(0, 12);
  expect(linear?.lambda).toBeCloseTo(2, 6);
  const faster = fitUsl(LOADS.map((n) => ({ connections: n, throughput: n ** 1.1 })));
  expect(faster).toMatchObject({ sigma: 0, kappa: 0 });
  expect(kneeOf(faster!)).toBeNull();
});

it('two loads are too few', () => {
  const two = [
    { connections: 10, throughput: 10 },
    { connections: 20, throughput: 18 },
    { connections: 20, throughput: 19 },
  ];
  expect(fitUsl(two)).toBeNull();
});
