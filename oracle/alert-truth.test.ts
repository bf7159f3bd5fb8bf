import { expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../contract/time.ts';
import { AlertTruths, type SentAlert } from './alert-truth.ts';
import type { RecordTruth } from './oracle-api.ts';
import { agency, minutes, T0 } from './one-agency.testing.ts';

const sent: SentAlert = { key: 'k1', profile: agency(), category: 'robbery', place: 'P', sentMs: minutes(10) };
const real: RecordTruth = {
  incident: 7,
  onsetMs: T0,
  nothing: false,
  category: 'robbery',
  places: ['P', 'Q'],
  withdrawnMs: null,
};

it.each<[string, Partial<SentAlert>, Partial<RecordTruth> | null, string[]]>([
  ['all right', {}, {}, ['founded']],
  ['a record that the world does not know', {}, null, ['unfounded']],
  ['nothing happened', {}, { nothing: true, category: null }, ['unfounded']],
  ['something else happened', {}, { category: 'burglary' }, ['misclassified']],
  ['an event of no category', {}, { category: null }, ['misclassified']],
  ['withdrawn at that moment', {}, { withdrawnMs: minutes(10) }, ['withdrawn']],
  ['withdrawn later', {}, { withdrawnMs: minutes(10) + 1 }, ['founded']],
  ['an hour after the onset', { sentMs: T0 + HOUR_MS }, {}, ['founded']],
  ['later', { sentMs: T0 + HOUR_MS + 1 }, {}, ['stale']],
  ['another place', { place: 'R' }, {}, ['mislocated']],
  ['a place that is none', { place: null }, {}, ['mislocated']],
  [
    'all wrong',
    { place: 'R', sentMs: T0 + 2 * HOUR_MS },
    { category: 'arson', withdrawnMs: 0 },
    ['misclassified', 'withdrawn', 'stale', 'mislocated'],
  ],
])('%s', (_, message, truth, expected) => {
  expect(new AlertTruths().alert({ ...sent, ...message }, truth === null ? null : { ...real, ...truth })).toEqual(
    expected,
  );
});

it('calls a second alert about an incident a duplicate, unless the first was cancelled before', () => {
  const truths = new AlertTruths();
  const labels = (key: string, incident: number, id = 'pd-000'): string[] =>
    truths.alert(
      { ...sent, key, profile: { ...sent.profile, id }, sentMs: minutes(10) + MINUTE_MS },
      { ...real, incident },
    );
  expect(labels('k1', 7)).toEqual(['founded']);
  expect(labels('k2', 7)).toEqual(['duplicate']);
  expect(labels('k3', 8)).toEqual(['founded']);
  expect(labels('k4', 7, 'pd-001')).toEqual(['founded']);
  truths.cancel('k1');
  expect(labels('k5', 7)).toEqual(['duplicate']);
  for (const key of ['k2', 'k5', 'unknown']) truths.cancel(key);
  expect(labels('k6', 7)).toEqual(['founded']);
});
