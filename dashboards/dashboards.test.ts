/** The committed dashboards and rules are current, complete and legible. test/wire/prometheus-live.test.ts checks that their queries find data. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HARNESS_METRICS, METRICS } from '../contract/metrics.ts';
import { board } from './board.ts';
import { BOARDS, generatedFiles, K6_BOARD } from './generated.ts';
import { ALERTING } from './rules.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string; legendFormat: string; refId: string }[];
}

const panelsOf = (spec: (typeof BOARDS)[number]): Panel[] => JSON.parse(JSON.stringify(board(spec))).panels as Panel[];

describe('the generated files', () => {
  it('are committed as they are (npm run dashboards writes them)', () => {
    const files = generatedFiles();
    for (const [name, text] of files) expect(readFileSync(HERE + name, 'utf8'), name).toBe(text);
    expect(readdirSync(`${HERE}grafana`).sort()).toEqual(
      [...files.keys()]
        .filter((name) => name.startsWith('grafana/'))
        .map((name) => name.slice('grafana/'.length))
        .sort(),
    );
  });

  it('show every metric of the catalogue on some panel', () => {
    const shown = BOARDS.flatMap(panelsOf).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const absent = [...Object.keys(METRICS), ...Object.keys(HARNESS_METRICS)].filter(
      (name) => !shown.some((expr) => new RegExp(`\\b${name}(_bucket)?\\b`).test(expr)),
    );
    expect(absent).toEqual([]);
  });

  it('show each alerting rule on an existing dashboard', () => {
    const slugs = BOARDS.map(({ slug }) => slug);
    for (const { alert, dashboard } of ALERTING) expect(slugs, alert).toContain(dashboard);
  });
});

describe.each([...BOARDS, K6_BOARD])('$title', (spec) => {
  const panels = panelsOf(spec);

  it('describes each panel, gives it a unit and names its lines', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.description, panel.title).toMatch(/^.{10,}$/);
      expect(panel.fieldConfig?.defaults.unit, panel.title).toMatch(/^[a-z]+$/);
      expect(panel.datasource?.uid).toBe('${datasource}');
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
      for (const { legendFormat } of panel.targets ?? []) expect(legendFormat, panel.title).not.toBe('');
      expect(new Set(panel.targets?.map(({ refId }) => refId)).size).toBe(panel.targets?.length);
    }
  });

  it('lays its panels out without gaps or overlaps', () => {
    for (const [i, { gridPos: a }] of panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      for (const { gridPos: b } of panels.slice(i + 1))
        expect(a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h).toBe(true);
    }
  });

  it('names only metrics of the catalogue', () => {
    const known = [...Object.keys(METRICS), ...Object.keys(HARNESS_METRICS)];
    const named = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(/\bhundredblock_\w+/g) ?? []),
    );
    expect(named.filter((name) => !known.includes(name) && !known.includes(name.replace(/_bucket$/, '')))).toEqual([]);
  });
});
