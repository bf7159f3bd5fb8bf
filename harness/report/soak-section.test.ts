import { describe, expect, it } from 'vitest';
import { parseBudgets } from '../studies/soak/budget.ts';
import { slopesOf } from '../studies/soak/slopes.ts';
import { soakSamples, type Planted } from '../studies/soak/soaks.testing.ts';
import { SERIES } from '../studies/soak/series.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Soak } from '../../contract/record/soak.ts';
import { fixtureLoadRun } from './fixture.testing.ts';
import { soakSection } from './sections/soak.ts';
import { summaryLines } from './summary.ts';

function recordOf(seconds: number, planted: Planted = {}): RunRecord {
  const soak: Soak = {
    lengthMin: seconds / 60,
    everyMs: 1000,
    samples: seconds,
    gaps: { missed: 2, unscraped: 1 },
    samplerCpuShare: 0.006,
    ...slopesOf(soakSamples(seconds, 1, planted), { budgets: parseBudgets(undefined), retentionMin: 4 }),
  };
  return { ...fixtureLoadRun().record, soak };
}

function bodyOf(record: RunRecord): string {
  return soakSection(record)
    .map(({ body }) => body.text)
    .join('');
}

describe('the soak on a page', () => {
  it('is absent if the run is not a soak', () => {
    expect(soakSection(fixtureLoadRun().record)).toEqual([]);
  });

  it('plots every series and states its slope', () => {
    const body = bodyOf(recordOf(600, { fdsPerMin: 1 }));
    expect(body.match(/<svg[^>]*role="img"/g)?.length).toBe(SERIES.filter(({ name }) => !name.endsWith('P99')).length);
    for (const { name } of SERIES) expect(body, name).toContain(name);
    expect(body).toContain('Not steady.');
    expect(body).toMatch(/target\.fds \+[01]\.\d+ a minute \(.* to .*\), beyond its budget of 0\.20 a minute/);
    expect(body).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says that a short soak tells nothing', () => {
    const record = recordOf(30);
    expect(bodyOf(record)).toContain('Too short to tell.');
    expect(summaryLines(record, 200).join('\n')).toMatch(/soak +too short to tell a slope/);
  });

  it('is in the summary on the terminal', () => {
    expect(summaryLines(recordOf(600), 200).join('\n')).toMatch(
      /soak +nothing grew beyond its budget: \d+ series within/,
    );
    expect(summaryLines(recordOf(600, { fdsPerMin: 1 }), 200).join('\n')).toMatch(
      /soak +growing: target\.fds \+[01]\.\d/,
    );
  });
});
