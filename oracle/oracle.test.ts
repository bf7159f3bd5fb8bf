import { describe, expect, it } from 'vitest';
import type { ManifestRow } from '../contract/manifest.ts';
import type { PipelineOutput } from '../contract/pipeline.ts';
import type { Policy } from '../contract/policy.ts';
import { HOUR_MS, MINUTE_MS } from '../contract/time.ts';
import { alertKey, compose } from './rules/composition.ts';
import type { Judgement, Oracle, OracleConfig, RecordTruth } from './oracle-api.ts';
import { agency, config, message, minutes, onOak, row, T0 } from './one-agency.testing.ts';
import { createOracle } from './oracle.ts';

const KEY = alertKey('hand', 'pd-000', 'A');
/** Written out by hand from docs/reference/rules.md: an Alert of 12:01 for record A of 12:00. */
const FRAME = JSON.stringify({
  identifier: `${KEY}.1`,
  sender: 'alerts@hundredblock.test',
  sent: '2026-06-01T12:00:00Z',
  status: 'Exercise',
  msgType: 'Alert',
  scope: 'Restricted',
  restriction: 'Residents near the published place',
  incidents: KEY,
  info: {
    category: 'Safety',
    event: 'Shots fired',
    urgency: 'Immediate',
    severity: 'Unknown',
    certainty: 'Unknown',
    senderName: 'Synthetic Police Department 000',
    effective: '2026-06-01T12:00:00Z',
    expires: '2026-06-01T13:00:00Z',
    headline: 'Shots fired reported',
    description:
      'Shots fired reported by Synthetic Police Department 000 in the area of 300 BLOCK E OAK AVE, about 12:00 UTC. ' +
      'Status: active. Exercise, not a live alert.',
  },
  area: { areaDesc: '300 BLOCK E OAK AVE', circle: '0.00090,0.00314 0.05' },
});
const TRUTH: RecordTruth = {
  incident: 1,
  onsetMs: T0,
  nothing: false,
  category: 'shots-fired',
  places: ['300 BLOCK E OAK AVE'],
  withdrawnMs: null,
};

function alert(audience: number[], frame = FRAME): PipelineOutput {
  return { kind: 'publish', agency: 'pd-000', alert: JSON.parse(frame), frame, audience: Uint32Array.from(audience) };
}

type Act = (oracle: Oracle) => void;

function hear(minute: number, fields: Partial<ManifestRow> = {}): Act {
  return (oracle) => {
    const { input, manifest } = message([row({ updatedMs: minutes(minute), ...fields })]);
    oracle.door(input, manifest, minutes(minute));
  };
}

function see(minute: number, output: PipelineOutput): Act {
  return (oracle) => oracle.observe(output, minutes(minute));
}

function change(minute: number, resident: number, muted: boolean): Act {
  return (oracle) => oracle.door({ kind: 'preference', change: { resident, muted } }, null, minutes(minute));
}

function judged(acts: Act[], policy: Partial<Policy> = {}, options: Partial<OracleConfig> = {}): Judgement {
  const oracle = createOracle({ ...config(agency(policy)), ...options });
  for (const act of acts) act(oracle);
  return oracle.judge({ record: (a, id) => (a === 'pd-000' && id === 'A' ? TRUTH : null) });
}

/** `2 delivered, 1 lost` */
function verdictText(j: Judgement): string {
  return Object.entries(j.verdicts)
    .filter(([, n]) => n > 0)
    .map(([v, n]) => `${n} ${v}`)
    .join(', ');
}

function details(j: Judgement): string[] {
  return j.violations.map((v) => `${v.verdict} ${v.detail} ${v.resident}`);
}

describe('verdicts', () => {
  it.each<[string, Act[], string, string[]]>([
    ['as it should be', [hear(1), see(1, alert([1, 2]))], '2 delivered', []],
    ['one lost', [hear(1), see(1, alert([2]))], '1 delivered, 1 lost', ['lost not-delivered 1']],
    ['all lost', [hear(1)], '2 lost', ['lost never-sent 1', 'lost never-sent 2']],
    [
      'a second copy',
      [hear(1), see(1, alert([1, 2])), see(1, alert([2]))],
      '1 duplicate, 2 delivered',
      ['duplicate copy 2'],
    ],
    ['in two parts', [hear(1), see(1, alert([1])), see(1, alert([2]))], '2 delivered', []],
    ['late', [hear(1), see(2, alert([1])), see(2 + 1 / 60_000, alert([2]))], '1 late, 1 delivered', ['late late 2']],
    [
      'too far and muted',
      [change(0, 2, true), hear(1), see(1, alert([1, 2, 4]))],
      '2 misdelivered, 1 delivered',
      ['misdelivered muted 2', 'misdelivered too-far 4'],
    ],
    [
      'somebody unknown',
      [hear(1), see(1, alert([1, 2, 99]))],
      '1 misdelivered, 2 delivered',
      ['misdelivered unknown-resident 99'],
    ],
    [
      'before it was due',
      [see(0, alert([1, 2])), hear(1)],
      '2 misdelivered',
      ['misdelivered early 1', 'misdelivered early 2'],
    ],
    [
      'never due',
      [hear(1, { nature: 'NOISE' }), see(1, alert([1]))],
      '1 misdelivered',
      ['misdelivered not-owed:not-eligible 1'],
    ],
    [
      'no JSON',
      [hear(1), see(1, { ...alert([1]), frame: 'hello' } as PipelineOutput)],
      '1 misdelivered, 2 lost',
      ['misdelivered not-owed:unknown 1', 'lost never-sent 1', 'lost never-sent 2'],
    ],
    [
      'withheld',
      [hear(1), see(1, { kind: 'withheld', agency: 'pd-000', incidents: KEY, reason: 'redaction' })],
      '2 shed',
      ['shed withheld:redaction 1', 'shed withheld:redaction 2'],
    ],
  ])('%s', (_, acts, verdicts, violations) => {
    const j = judged(acts);
    expect(verdictText(j)).toBe(verdicts);
    expect(details(j)).toEqual(violations);
  });

  it('counts an alert that was never put to review against the pipeline', () => {
    const j = judged([hear(1)], { review: 'human' });
    expect(verdictText(j)).toBe('2 lost');
    expect(details(j)).toEqual(['lost review-never-asked 1', 'lost review-never-asked 2']);
    expect(j.owed).toEqual({ alerts: 1, deliveries: 2, alertsNeverSent: 1 });
    const request: PipelineOutput = {
      kind: 'review-request',
      ticket: 't',
      agency: 'pd-000',
      incidents: KEY,
      category: 'shots-fired',
      place: '300 BLOCK E OAK AVE',
      text: 'a […] b',
    };
    const asked = judged([hear(1), see(1, request)], { review: 'human' });
    expect(verdictText(asked)).toBe('');
    expect(asked.review).toEqual({ texts: 1, words: 3, blanked: 1 });
  });

  it('counts many deliveries alike without naming each', () => {
    const j = judged([hear(1), see(1, alert(Array.from({ length: 40 }, (_, i) => 100 + i)))]);
    expect(j.violations[0]).toEqual({
      verdict: 'misdelivered',
      detail: 'unknown-resident',
      incidents: KEY,
      resident: null,
      deliveries: 40,
    });
  });
});

describe('frames', () => {
  const edit = (from: string | RegExp, to: string): string => FRAME.replace(from, to);
  it.each<[string, string, string[], string[]]>([
    [
      'an equal one with its fields in another order',
      JSON.stringify({ area: JSON.parse(FRAME).area, ...JSON.parse(FRAME) }),
      [],
      [],
    ],
    ['another place', edit('"areaDesc":"300', '"areaDesc":"400'), ['wrong-place'], []],
    ['a house number that ends in 00', edit('"areaDesc":"300 BLOCK', '"areaDesc":"300'), [], ['address']],
    ['a landmark', edit('"areaDesc":"300 BLOCK E OAK AVE', '"areaDesc":"CENTRAL LIBRARY'), ['wrong-place'], []],
    ['another status', edit('Status: active', 'Status: closed'), ['wrong-text'], []],
    ['another urgency', edit('Immediate', 'Past'), ['wrong-text'], []],
    ['no circle', edit(/,"circle":"[^"]*"/, ''), ['wrong-text'], []],
    ['a circle of its own', edit(/"circle":"[^"]*"/, '"circle":"0.00091,0.00320 0.05"'), [], ['coordinates']],
    ['a time that is none', edit('"sent":"2026-06-01T12:00:00Z"', '"sent":"2026-06-01T12:01:00Z"'), ['wrong-time'], []],
    ['a later time in the description', edit('about 12:00', 'about 12:05'), ['wrong-time'], []],
    [
      'a time before it was due',
      edit('"sent":"2026-06-01T12:00:00Z"', '"sent":"2026-06-01T11:55:00Z"'),
      ['wrong-time'],
      [],
    ],
    ['another agency in the description', edit('reported by Synthetic', 'reported by Somebody'), [], ['free-text']],
    ['coordinates in words', edit('Status:', 'At 0.01234, 0.04321. Status:'), [], ['coordinates']],
    ['an exact address in words', edit('Status:', 'At 354  e. oak ave. Status:'), [], ['address']],
    ['words of its own as category', edit('"event":"Shots fired"', '"event":"Gunfire"'), [], ['free-text']],
    ['officers', edit('Exercise,', 'Two officers are there. Exercise,'), [], ['units']],
    ['a phone in a field of its own', edit('{"identifier"', '{"callback":"0005550142","identifier"'), [], ['phone']],
    ['a phone hidden behind a field given twice', edit('"event":', '"event":"call 555-0142","event":'), [], ['phone']],
    ['a name', edit('Shots fired reported"', 'Shots fired reported by Avery Quillfeather"'), [], ['name']],
    [
      'another agency',
      edit('"senderName":"Synthetic Police Department 000"', '"senderName":"Somebody"'),
      [],
      ['free-text'],
    ],
  ])('%s', (_, frame, faults, leaks) => {
    const learn: Act = (oracle) =>
      oracle.learnPrivate('pd-000', 'A', [
        { kind: 'name', value: 'Avery Quillfeather' },
        { kind: 'phone', value: '(000) 555-0142' },
      ]);
    const exact = { location: { kind: 'address', number: 354, street: 'E OAK AVE', text: '354 E OAK AVE' } } as const;
    const j = judged([learn, hear(1, exact), see(1, alert([1, 2], frame))]);
    expect([...new Set(j.violations.map((v) => `${v.verdict} ${v.detail}`))]).toEqual([
      ...leaks.map((d) => `leaked ${d}`),
      ...faults.map((d) => `misdelivered ${d}`),
    ]);
    expect(j.leaks).toEqual(leaks.map((kind) => ({ egress: 'frame', kind, incidents: KEY, frames: 2 })));
    expect(JSON.stringify(j.lines)).not.toMatch(/Avery|0142|"place":"300 E OAK/);
  });

  it('betray nothing by a private string that the rules permit', () => {
    const learn: Act = (oracle) =>
      oracle.learnPrivate('pd-000', 'A', [
        { kind: 'address', value: '300 Block E Oak Ave' },
        { kind: 'name', value: 'Oak' },
      ]);
    const j = judged([learn, hear(1), see(1, alert([1, 2], FRAME.replace('active', 'closed')))]);
    expect(j.leaks).toEqual([]);
  });
});

describe('other egresses', () => {
  const learn: Act = (oracle) =>
    oracle.learnPrivate('pd-000', 'A', [
      { kind: 'name', value: 'Avery Quillfeather' },
      { kind: 'canary', value: 'ZQABCDEFGHIJ' },
    ]);
  const log = (text: string): PipelineOutput => ({ kind: 'log', level: 'info', code: 'c', text });
  it.each<[string, PipelineOutput, string[]]>([
    ['a clean log', log('message m had 1 row'), []],
    ['a name in a log', log('avery quillfeather'), ['log name']],
    [
      'a canary in a post',
      { kind: 'post', postId: 'p', text: 'zq-abcdefghij', audience: new Uint32Array(0) },
      ['post canary'],
    ],
    [
      'a name as a code of a receipt',
      {
        kind: 'receipt',
        messageId: 'm',
        rows: [{ row: 0, outcome: 'rejected', code: 'Avery Quillfeather' as 'schema' }],
      },
      ['receipt name'],
    ],
    [
      'a name as a reason',
      { kind: 'suppressed', agency: 'pd-000', messageId: 'm', row: 0, reason: 'Avery Quillfeather' as 'too-old' },
      ['log name'],
    ],
    [
      'a name as a place for reviewers',
      {
        kind: 'review-request',
        ticket: 't',
        agency: 'pd-000',
        incidents: KEY,
        category: 'shots-fired',
        place: 'AVERY QUILLFEATHER',
        text: '',
      },
      ['review name'],
    ],
  ])('%s', (_, output, expected) => {
    const j = judged([learn, hear(1), see(1, output)]);
    expect(j.leaks.map((l) => `${l.egress} ${l.kind}`)).toEqual(expected);
  });

  it('knows a name in a log that no message led to', () => {
    const wake: Act = (oracle) => oracle.door({ kind: 'wake' }, null, minutes(5));
    expect(judged([learn, hear(1), wake, see(5, log('Avery Quillfeather'))]).leaks).toHaveLength(1);
  });
});

describe('lines and truth', () => {
  it('tells two alerts of one record apart, though they share an identifier', () => {
    const again = FRAME.replace('"sent":"2026-06-01T12:00', '"sent":"2026-06-01T12:10');
    expect(
      verdictText(
        judged([hear(1), see(1, alert([1, 2])), hear(11), see(11, alert([1, 2], again))], { retainMs: 10 * MINUTE_MS }),
      ),
    ).toBe('4 delivered');
    expect(
      verdictText(
        judged([hear(1), hear(11), see(11, alert([1, 2])), see(11, alert([1, 2], again))], {
          retainMs: 10 * MINUTE_MS,
        }),
      ),
    ).toBe('2 late, 2 delivered');
  });

  it('counts a lost delivery in the line of the first message of its name', () => {
    const j = judged([hear(1), see(1, alert([1])), see(1, alert([1]))]);
    expect(j.lines.map((l) => l.verdicts)).toEqual([{ delivered: 1, lost: 1 }, { duplicate: 1 }]);
  });

  it('shows no key that is not one', () => {
    const j = judged([hear(1), see(1, alert([1], FRAME.replaceAll(KEY, 'Avery Quillfeather')))]);
    expect(j.lines[0]).toMatchObject({ incidents: 'unreadable', identifier: 'unreadable.1' });
    expect(j.violations.map((v) => v.incidents)).toEqual(['unreadable', KEY, KEY]);
  });

  it('tells an alert that was cancelled from one that stands', () => {
    const gone = FRAME.replace('"msgType":"Alert"', '"msgType":"Cancel"').replace(`${KEY}.1`, `${KEY}.2`);
    const twice = FRAME.replace(`${KEY}.1`, `${KEY}.3`);
    expect(judged([hear(1), see(1, alert([1, 2])), see(2, alert([1], twice))]).truth).toMatchObject({
      founded: 1,
      duplicate: 1,
    });
    expect(
      judged([hear(1), see(1, alert([1, 2])), see(2, alert([1], gone)), see(2, alert([1], twice))]).truth,
    ).toMatchObject({ founded: 2, duplicate: 0 });
  });

  it('writes a line for each message', () => {
    const j = judged([hear(1), see(1, alert([1])), hear(3, { location: onOak(500) })]);
    expect(j.lines).toEqual([
      {
        incidents: KEY,
        identifier: `${KEY}.1`,
        msgType: 'Alert',
        agency: 'pd-000',
        feedKind: 'masked',
        category: 'shots-fired',
        place: '300 BLOCK E OAK AVE',
        placeKind: 'block',
        households: 8,
        x: 3500,
        y: 1000,
        sentMs: minutes(1),
        audience: 1,
        truth: 'founded',
        truths: ['founded'],
        verdicts: { delivered: 1, lost: 1 },
        delayMs: {},
      },
    ]);
    expect(j.truth.founded).toBe(1);
    expect(j.truthByDelivery.founded).toBe(1);
    expect(j.owed).toEqual({ alerts: 1, deliveries: 2, alertsNeverSent: 0 });
    expect(j.verdicts.lost).toBe(1 + 3);
    expect(j.framesScanned).toBe(1);
  });
});

describe('the clock’s tolerance', () => {
  const TOLERANT = { toleranceMs: 1000 };
  const near = 1 - 0.5 / 60;
  const cancelled = { status: 'cancelled' } as const;
  const wording = {
    key: KEY,
    sequence: 2,
    msgType: 'Cancel',
    agencyName: 'Synthetic Police Department 000',
    category: 'shots-fired',
    sentMs: minutes(9),
    incidentMs: T0,
    closed: false,
  } as const;
  const place = {
    text: '300 BLOCK E OAK AVE',
    kind: 'block',
    box: { x0: 3000, y0: 980, x1: 4000, y1: 1020 },
    households: 8,
    finest: null,
  } as const;
  const frame = JSON.stringify(
    compose({ ...wording, place, timeRoundingMs: 5 * MINUTE_MS, incidentAgeMsMax: HOUR_MS }),
  );
  it.each<[string, Act[], Partial<OracleConfig>, string]>([
    [
      'who muted just before may be told',
      [change(near, 1, true), hear(1), see(1, alert([1, 2]))],
      TOLERANT,
      '2 delivered',
    ],
    [
      'who muted just before may be left out',
      [change(near, 1, true), hear(1), see(1, alert([2]))],
      TOLERANT,
      '1 delivered',
    ],
    [
      'who unmuted just after may be left out',
      [hear(1), change(1 + 0.5 / 60, 1, true), see(1, alert([2]))],
      TOLERANT,
      '1 delivered',
    ],
    [
      'without tolerance nothing is open',
      [change(near, 1, true), hear(1), see(1, alert([1, 2]))],
      {},
      '1 misdelivered, 1 delivered',
    ],
    [
      'who muted well before may not be told',
      [change(0.5, 1, true), hear(1), see(1, alert([1, 2]))],
      TOLERANT,
      '1 misdelivered, 1 delivered',
    ],
    [
      'an alert at the age may come',
      [hear(60), see(60, alert([1, 2], FRAME.replace('"sent":"2026-06-01T12:00', '"sent":"2026-06-01T13:00')))],
      TOLERANT,
      '2 delivered',
    ],
    ['an alert at the age may not come', [hear(60)], TOLERANT, ''],
    ['without tolerance it may not come', [hear(60), see(60, alert([1, 2]))], {}, '2 misdelivered'],
  ])('%s', (_, acts, options, verdicts) => {
    expect(verdictText(judged(acts, {}, options))).toBe(verdicts);
  });

  it('calls a correction stale if it comes after its window by more than the tolerance', () => {
    const at = (minute: number, toleranceMs: number): string =>
      verdictText(
        judged(
          [hear(1), see(1, alert([1, 2])), hear(9, cancelled), see(minute, alert([1, 2], frame))],
          { correctionMsMax: HOUR_MS },
          { latenessMsMax: 2 * HOUR_MS, toleranceMs },
        ),
      );
    expect(at(61, 0)).toBe('4 delivered');
    expect(at(61 + 0.5 / 60, 0)).toBe('2 stale, 2 delivered');
    expect(at(61 + 0.5 / 60, 1000)).toBe('4 delivered');
    expect(at(62, 1000)).toBe('2 stale, 2 delivered');
  });

  it('lets a record that joined an event at the edge have an alert of its own', () => {
    const other = alertKey('hand', 'pd-000', 'B');
    const acts = (toleranceMs: number): string =>
      verdictText(
        judged(
          [
            hear(60),
            hear(60, { recordId: 'B', incidentMs: minutes(5) }),
            see(60, alert([1, 2], FRAME.replaceAll(KEY, other))),
          ],
          {},
          { toleranceMs },
        ),
      );
    expect(acts(1000)).toBe('2 delivered');
    expect(acts(0)).toBe('2 misdelivered');
  });

  it('lets residents who may have had the alert be told how it ended', () => {
    const acts = [
      change(near, 1, true),
      hear(1),
      see(1, alert([1, 2])),
      change(5, 1, false),
      hear(9, cancelled),
      see(9, alert([1, 2], frame)),
    ];
    expect(verdictText(judged(acts, {}, TOLERANT))).toBe('4 delivered');
    expect(
      verdictText(
        judged([hear(1), see(1, alert([1, 2])), hear(9, cancelled), see(9, alert([1, 2, 3], frame))], {}, TOLERANT),
      ),
    ).toBe('1 misdelivered, 4 delivered');
    expect(
      details(judged([hear(1), see(1, alert([1, 2])), hear(9, cancelled), see(9, alert([1, 2, 3], frame))])),
    ).toEqual(['misdelivered never-sent 3']);
  });

  it('calls an alert stale if it comes after the age by more than the tolerance', () => {
    const options = { latenessMsMax: 2 * HOUR_MS };
    const at = (ms: number, tolerance: number): string =>
      verdictText(judged([hear(1), (o) => o.observe(alert([1, 2]), ms)], {}, { ...options, toleranceMs: tolerance }));
    expect(at(T0 + HOUR_MS - 1, 0)).toBe('2 delivered');
    expect(at(T0 + HOUR_MS, 0)).toBe('2 stale');
    expect(at(T0 + HOUR_MS + 999, 1000)).toBe('2 delivered');
    expect(at(T0 + HOUR_MS + MINUTE_MS, 1000)).toBe('2 stale');
  });
});
