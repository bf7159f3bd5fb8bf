import { expect, it } from 'vitest';
import { resolveExperiment } from './resolve.ts';
import type { ExperimentResult, SensitivityRow } from './result.ts';
import { summaryLines } from './words.ts';

it('the terminal shows which factors of a sensitivity study matter most, for each measure', () => {
  const { experiment, points } = resolveExperiment('sensitivity');
  const row = (factor: string, figure: SensitivityRow['figure'], value: number): SensitivityRow => ({
    factor,
    measure: 'inducedCallShare',
    figure,
    value: { value, low: value / 2, high: value * 2 },
  });
  const sensitivity = [row('mute', 'mu-star', 0.01), row('call', 'mu-star', 3), row('call', 'mu', -3)];
  const result = { experiment, points, runs: [], summary: [], sensitivity, tipping: null };
  const lines = summaryLines(result as unknown as ExperimentResult);
  const at = lines.findIndex((line) => line.includes('mean absolute effect of the whole range, % of 911 calls'));
  expect(lines[at + 1]).toMatch(/^ {4}reports per opened alert +3 {2}\(1\.50? to 6\)$/);
  expect(lines[at + 2]).toMatch(/^ {4}mutes per opened alert +0\.01/);
  expect(lines.join('\n')).not.toContain('-3');
});
