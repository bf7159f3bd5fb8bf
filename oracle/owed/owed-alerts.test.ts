import { describe, expect, it } from 'vitest';
import type { ManifestRow, MessageManifest } from '../../contract/manifest.ts';
import type { Policy } from '../../contract/policy.ts';
import { HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { alertKey } from '../rules/composition.ts';
import { DOUBT, Moment } from './doubt.ts';
import { OwedAlerts } from './owed-alerts.ts';
import { agency, config, message, minutes, onOak, row, T0 } from '../one-agency.testing.ts';
import { People } from '../rules/people.ts';

type Step =
  | [minute: number, rows: Partial<ManifestRow>[]]
  | [minute: number, 'approve' | 'reject']
  | [minute: number, { resident: number; muted?: boolean; quit?: boolean; radiusDm?: number }];

function run(
  policy: Partial<Policy>,
  steps: Step[],
  toleranceMs = 0,
): { owedAlerts: OwedAlerts; people: People; receipts: string[] } {
  const c = config(agency(policy));
  const people = new People(c.roster);
  const owedAlerts = new OwedAlerts(c, people);
  const receipts: string[] = [];
  for (const [minute, what] of steps) {
    const atMs = minutes(minute);
    const moment = new Moment(atMs, { toleranceMs });
    if (what === 'approve' || what === 'reject')
      owedAlerts.review(`${alertKey('hand', 'pd-000', 'A')}-1`, what, moment);
    else if (!Array.isArray(what)) people.change(what, atMs);
    else {
      const rows = what.map((change, i) => row({ row: i, updatedMs: atMs, ...change }));
      const { input, manifest } = message(rows);
      receipts.push(
        owedAlerts
          .cad(input, manifest, moment)
          ?.map((r) => r.outcome)
          .join(' ') ?? 'any',
      );
    }
  }
  return { owedAlerts, people, receipts };
}

function messageTexts(owedAlerts: OwedAlerts): string[] {
  return owedAlerts
    .messages()
    .map(
      (e) =>
        `${(e.dueMs - T0) / MINUTE_MS} ${e.msgType} ${e.sequence} ${e.category} ${e.place.text} [${e.recipients.join(' ')}]`,
    );
}

const ALERT = '1 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]';

describe('messages owed', () => {
  const cases: [string, Partial<Policy>, Step[], string[]][] = [
    ['an eligible record', {}, [[1, [{}]]], [ALERT]],
    [
      'a nature outside the table',
      {},
      [
        [1, [{ nature: 'SHOTS ' }]],
        [2, [{ recordId: 'B', nature: 'SHOTS FIRED' }]],
      ],
      [ALERT],
    ],
    [
      'a category of no preset',
      {},
      [
        [1, [{ nature: 'NOISE' }]],
        [2, [{ recordId: 'B', nature: 'FIRE' }]],
      ],
      [],
    ],
    [
      'the extended preset',
      { preset: 'extended' },
      [[1, [{ nature: 'FIRE' }]]],
      ['1 Alert 1 fire 300 BLOCK E OAK AVE [1 2]'],
    ],
    ['a domestic matter', {}, [[1, [{ nature: 'DOMESTIC' }]]], []],
    ['alerts off', { alerts: 'off' }, [[1, [{}]]], []],
    [
      'an incident one millisecond younger than the greatest age',
      {},
      [[60, [{ incidentMs: T0 + 1 }]]],
      ['60 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    ['an incident of the greatest age', {}, [[60, [{}]]], []],
    [
      'an incident five minutes in the future',
      {},
      [[0, [{ incidentMs: minutes(5) }]]],
      ['0 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    ['an incident further in the future', {}, [[0, [{ incidentMs: minutes(5) + 1 }]]], []],
    ['a place outside the gazetteer', {}, [[1, [{ location: onOak(900) }]]], []],
    ['a block of few households', {}, [[1, [{ location: onOak(0) }]]], ['1 Alert 1 shots-fired FAIRVIEW AREA [0 1 2]']],
    [
      'cancelled after the alert',
      {},
      [
        [1, [{}]],
        [9, [{ status: 'cancelled' }]],
      ],
      [ALERT, '9 Cancel 2 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'cancelled stays cancelled',
      {},
      [
        [1, [{ status: 'cancelled' }]],
        [2, [{}]],
      ],
      [],
    ],
    ['open, whatever its disposition says', {}, [[1, [{ disposition: 'unfounded' }]]], [ALERT]],
    [
      'closed as founded after the alert',
      {},
      [
        [1, [{}]],
        [9, [{ status: 'closed', disposition: 'founded' }]],
      ],
      [ALERT],
    ],
    [
      'closed as unfounded, then open again',
      {},
      [
        [1, [{}]],
        [9, [{ status: 'closed', disposition: 'unfounded' }]],
        [10, [{}]],
      ],
      [ALERT, '9 Cancel 2 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      're-typed',
      {},
      [
        [1, [{}]],
        [9, [{ nature: 'ROBBERY' }]],
      ],
      [ALERT, '9 Update 2 robbery 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      're-typed to a nature without a category',
      {},
      [
        [1, [{}]],
        [9, [{ nature: 'NOISE' }]],
      ],
      [ALERT, '9 Cancel 2 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'moved to another block: new and old neighbours are told',
      {},
      [
        [1, [{}]],
        [9, [{ location: onOak(500) }]],
      ],
      [ALERT, '9 Update 2 shots-fired 500 BLOCK E OAK AVE [1 2 3]'],
    ],
    [
      'moved to nowhere',
      {},
      [
        [1, [{}]],
        [9, [{ location: { kind: 'none', text: '?' } }]],
      ],
      [ALERT],
    ],
    [
      'moved when it is too old',
      {},
      [
        [1, [{}]],
        [90, [{ location: onOak(500) }]],
      ],
      [ALERT, '90 Update 2 shots-fired 500 BLOCK E OAK AVE [1 2 3]'],
    ],
    [
      'cancelled at the end of the correction window',
      { correctionMsMax: HOUR_MS },
      [
        [1, [{}]],
        [61, [{ nature: 'ROBBERY' }]],
      ],
      [ALERT, '61 Update 2 robbery 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'cancelled after the correction window',
      { correctionMsMax: HOUR_MS - 1 },
      [
        [1, [{}]],
        [61, [{ nature: 'ROBBERY' }]],
      ],
      [ALERT],
    ],
    [
      'two records of one event',
      {},
      [
        [1, [{}]],
        [3, [{ recordId: 'B', incidentMs: minutes(2) }]],
      ],
      [ALERT],
    ],
    [
      'two records of one event, as far apart as the rules allow',
      { sameEventMsMax: 2 * MINUTE_MS },
      [
        [1, [{}]],
        [3, [{ recordId: 'B', incidentMs: minutes(2) }]],
      ],
      [ALERT],
    ],
    [
      'a record between two events belongs to the older one, and leads it when its first is a duplicate',
      {},
      [
        [1, [{}]],
        [21, [{ recordId: 'B', incidentMs: minutes(20) }]],
        [22, [{ recordId: 'C', incidentMs: minutes(10) }]],
        [23, [{ status: 'closed', disposition: 'duplicate' }]],
      ],
      [ALERT, '21 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'two events too far apart to be one',
      { sameEventMsMax: MINUTE_MS },
      [
        [1, [{}]],
        [3, [{ recordId: 'B', incidentMs: minutes(2) }]],
      ],
      [ALERT, '3 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'the lead closed as duplicate of the other',
      {},
      [
        [1, [{}]],
        [3, [{ recordId: 'B' }]],
        [4, [{ status: 'closed', disposition: 'duplicate' }]],
      ],
      [ALERT],
    ],
    [
      'both closed as duplicates',
      {},
      [
        [1, [{}]],
        [3, [{ recordId: 'B' }]],
        [4, [{ status: 'closed', disposition: 'duplicate' }]],
        [5, [{ recordId: 'B', status: 'closed', disposition: 'duplicate' }]],
      ],
      [ALERT, '5 Cancel 2 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'the lead forgotten, the other closed as duplicate',
      { retainMs: 10 * MINUTE_MS },
      [
        [1, [{}]],
        [3, [{ recordId: 'B' }]],
        [8, [{ recordId: 'B', status: 'closed', disposition: 'duplicate' }]],
        [12, [{ recordId: 'B', status: 'closed', disposition: 'duplicate', nature: 'ROBBERY' }]],
      ],
      [ALERT, '12 Cancel 2 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'mute and quit before the cancel',
      {},
      [
        [1, [{}]],
        [2, { resident: 1, muted: true }],
        [9, [{ status: 'cancelled' }]],
      ],
      [ALERT, '9 Cancel 2 shots-fired 300 BLOCK E OAK AVE [2]'],
    ],
    [
      'a radius that just reaches',
      {},
      [
        [0.5, { resident: 4, radiusDm: 4000 }],
        [1, [{}]],
      ],
      ['1 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2 4]'],
    ],
    [
      'a radius one decimetre too short',
      {},
      [
        [0.5, { resident: 4, radiusDm: 3999 }],
        [1, [{}]],
      ],
      [ALERT],
    ],
    [
      'review: approved',
      { review: 'human' },
      [
        [1, [{}]],
        [5, 'approve'],
      ],
      ['5 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'review: rejected, then told again',
      { review: 'human' },
      [
        [1, [{}]],
        [5, 'reject'],
        [6, [{ location: onOak(500) }]],
      ],
      [],
    ],
    [
      'review: approved too late',
      { review: 'human' },
      [
        [1, [{}]],
        [60, 'approve'],
      ],
      [],
    ],
    [
      'review: withdrawn',
      { review: 'human' },
      [
        [1, [{}]],
        [3, [{ status: 'cancelled' }]],
        [5, 'approve'],
      ],
      [],
    ],
    [
      'review: approved twice',
      { review: 'human' },
      [
        [1, [{}]],
        [5, 'approve'],
        [6, 'approve'],
      ],
      ['5 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'forgotten and back',
      { retainMs: 10 * MINUTE_MS },
      [
        [1, [{}]],
        [11, [{}]],
      ],
      [ALERT, '11 Alert 1 shots-fired 300 BLOCK E OAK AVE [1 2]'],
    ],
    [
      'not yet forgotten',
      { retainMs: 10 * MINUTE_MS + 1 },
      [
        [1, [{}]],
        [11, [{}]],
      ],
      [ALERT],
    ],
  ];
  it.each(cases)('%s', (_, policy, steps, expected) => {
    expect(messageTexts(run(policy, steps).owedAlerts)).toEqual(expected);
  });

  it('keeps the last lead if every record left is a duplicate', () => {
    const steps: Step[] = [
      [1, [{}]],
      [5, [{ recordId: 'B', incidentMs: minutes(4) }]],
      [11, [{}]],
      [16, [{ status: 'closed', disposition: 'duplicate' }]],
    ];
    expect(
      run({ retainMs: 10 * MINUTE_MS }, steps)
        .owedAlerts.messages()
        .map((e) => [e.msgType, e.recordId]),
    ).toEqual([
      ['Alert', 'A'],
      ['Cancel', 'A'],
    ]);
  });

  it('counts records without an alert by the latest reason of each', () => {
    const { owedAlerts } = run({}, [
      [1, [{}]],
      [2, [{ recordId: 'B' }]],
      [3, [{ recordId: 'C', nature: 'NOISE' }]],
      [4, [{ recordId: 'C', status: 'cancelled' }]],
    ]);
    expect(owedAlerts.suppressed()).toEqual({ cancelled: 1, 'same-event': 1 });
  });

  it('asks for a decision once, and knows which Alert waits for it', () => {
    const { owedAlerts } = run({ review: 'human' }, [
      [1, [{}]],
      [2, [{ location: onOak(500) }]],
    ]);
    expect(owedAlerts.neverAsked().map((e) => e.recipients.length)).toEqual([2]);
    expect(owedAlerts.ask('any name', alertKey('hand', 'pd-000', 'A'))?.place.text).toBe('300 BLOCK E OAK AVE');
    expect(owedAlerts.neverAsked()).toEqual([]);
    owedAlerts.review('any name', 'approve', new Moment(minutes(4)));
    expect(messageTexts(owedAlerts)).toEqual(['4 Alert 1 shots-fired 500 BLOCK E OAK AVE [2 3]']);
  });
});

describe('receipts owed', () => {
  const cases: [string, Step[], string[]][] = [
    [
      'the same again',
      [
        [1, [{}]],
        [2, [{}]],
      ],
      ['accepted', 'duplicate'],
    ],
    [
      'another nature',
      [
        [1, [{}]],
        [2, [{ nature: 'ROBBERY' }]],
      ],
      ['accepted', 'accepted'],
    ],
    [
      'an older stamp',
      [
        [2, [{}]],
        [3, [{ updatedMs: minutes(1), nature: 'ROBBERY' }]],
      ],
      ['accepted', 'superseded'],
    ],
    [
      'older than a duplicate whose stamp was newer',
      [
        [1, [{}]],
        [3, [{}]],
        [4, [{ updatedMs: minutes(2), nature: 'ROBBERY' }]],
      ],
      ['accepted', 'duplicate', 'superseded'],
    ],
    [
      'another nature under the same stamp',
      [
        [1, [{}]],
        [2, [{ updatedMs: minutes(1), nature: 'ROBBERY' }]],
      ],
      ['accepted', 'accepted'],
    ],
    [
      'no stamp',
      [
        [1, [{}]],
        [2, [{ updatedMs: null, nature: 'ROBBERY' }]],
        [3, [{ updatedMs: 0 }]],
      ],
      ['accepted', 'accepted', 'accepted'],
    ],
    ['malformed beside well-formed', [[1, [{ wellFormed: false }, { recordId: 'B' }]]], ['rejected accepted']],
  ];
  it.each(cases)('%s', (_, steps, expected) => {
    expect(run({}, steps).receipts).toEqual(expected);
  });

  it.each<[string, Partial<MessageManifest>, string]>([
    ['an unknown agency', { agency: 'pd-999' }, '{}'],
    ['the wrong dialect', { dialect: 'sf' }, '{}'],
    ['too large', {}, 'x'.repeat(1001)],
    ['unreadable', { readable: false }, '{}'],
  ])('%s is one rejected row', (_, change, body) => {
    const c = config(agency());
    const owedAlerts = new OwedAlerts(c, new People(c.roster));
    const { input, manifest } = message([row(), row({ row: 1 })], change);
    expect(owedAlerts.cad({ ...input, body }, manifest, new Moment(minutes(1)))).toEqual([
      { row: 0, outcome: 'rejected' },
    ]);
    expect(owedAlerts.messages()).toEqual([]);
  });
});

describe('a portal', () => {
  /** `ids`: the records listed, with `!` after a malformed one. `asOf`: the minute of the snapshot's stamp, if it is another. */
  type Poll = [minute: number, ids: string[], asOf?: number];
  function poll(polls: Poll[]): { owedAlerts: OwedAlerts; receipts: string[] } {
    const c = config(agency({ retainMs: 10 * MINUTE_MS }, { feeds: [{ fromMs: 0, dialect: 'dallas' }] }));
    const owedAlerts = new OwedAlerts(c, new People(c.roster));
    const receipts = polls.map(([minute, ids, asOf]) => {
      const updatedMs = minutes(asOf ?? minute);
      const rows = ids.map((id, i) =>
        row({
          row: i,
          recordId: id.replace('!', ''),
          wellFormed: !id.endsWith('!'),
          updatedMs,
          incidentMs: id === 'B' ? T0 - 40 * MINUTE_MS : T0,
        }),
      );
      const { input, manifest } = message(rows, { dialect: 'dallas', snapshot: true });
      const body = JSON.stringify({ as_of: `2026-06-01T07:${String(asOf ?? minute).padStart(2, '0')}:00`, rows: [] });
      return owedAlerts
        .cad({ ...input, body }, manifest, new Moment(minutes(minute)))!
        .map((r) => r.outcome)
        .join(' ');
    });
    return { owedAlerts, receipts };
  }
  it.each<[string, Poll[], string[], string[]]>([
    [
      'closes records that it no longer lists, which cancels nothing',
      [
        [1, ['A']],
        [2, []],
      ],
      ['accepted', ''],
      ['Alert'],
    ],
    [
      'a record listed again',
      [
        [1, ['A']],
        [2, ['A']],
      ],
      ['accepted', 'duplicate'],
      ['Alert'],
    ],
    [
      'opens a record again that it closed',
      [
        [1, ['A']],
        [2, []],
        [3, ['A']],
      ],
      ['accepted', '', 'accepted'],
      ['Alert'],
    ],
    [
      'closes nothing if a row is malformed',
      [
        [1, ['A']],
        [2, ['C!']],
        [3, ['A']],
      ],
      ['accepted', 'rejected', 'duplicate'],
      ['Alert'],
    ],
    [
      'has an older stamp: all of it is superseded',
      [
        [2, ['A']],
        [3, ['A', 'C!'], 2],
        [4, ['A']],
      ],
      ['accepted', 'superseded rejected', 'duplicate'],
      ['Alert'],
    ],
    [
      'keeps a record known even if it is stale',
      [
        [1, ['A']],
        [9, ['A'], 0],
        [12, ['A']],
      ],
      ['accepted', 'superseded', 'duplicate'],
      ['Alert'],
    ],
    [
      'is stale and empty',
      [
        [2, ['A']],
        [3, [], 1],
        [4, ['A']],
      ],
      ['accepted', '', 'duplicate'],
      ['Alert'],
    ],
  ])('%s', (_, polls, receipts, types) => {
    const found = poll(polls);
    expect(found.receipts).toEqual(receipts);
    expect(found.owedAlerts.messages().map((e) => e.msgType)).toEqual(types);
  });
});

it('evaluates a record that a portal closes: once another record has left it, it is owed a decision of its own', () => {
  const c = config(agency({ review: 'human' }, { feeds: [{ fromMs: 0, dialect: 'dallas' }] }));
  const owedAlerts = new OwedAlerts(c, new People(c.roster));
  const poll = (minute: number, rows: Partial<ManifestRow>[]): void => {
    const listed = rows.map((change, i) => row({ row: i, updatedMs: minutes(minute), ...change }));
    const { input, manifest } = message(listed, { dialect: 'dallas', snapshot: true });
    owedAlerts.cad(input, manifest, new Moment(minutes(minute)));
  };
  poll(1, [{}, { recordId: 'B' }]);
  poll(2, [{ nature: 'NOISE' }, { recordId: 'B' }]);
  expect(owedAlerts.neverAsked()).toEqual([]);
  poll(3, [{ nature: 'NOISE' }]);
  expect(owedAlerts.neverAsked().map((e) => [e.recordId, e.frame.includes('Status: closed')])).toEqual([['B', true]]);
});

it('closes records that a portal no longer lists in the order in which it first listed them', () => {
  const c = config(agency({ review: 'human' }, { feeds: [{ fromMs: 0, dialect: 'dallas' }] }));
  const owedAlerts = new OwedAlerts(c, new People(c.roster));
  const snapshots: Partial<ManifestRow>[][] = [
    [{}, { recordId: 'B' }, { recordId: 'C' }],
    [{}, { recordId: 'C' }],
    [{}, { recordId: 'B' }, { recordId: 'C' }],
    [{ nature: 'NOISE' }, { recordId: 'B' }, { recordId: 'C' }],
    [{ nature: 'NOISE' }],
  ];
  snapshots.forEach((rows, minute) => {
    const listed = rows.map((change, i) => row({ row: i, updatedMs: minutes(minute), ...change }));
    const { input, manifest } = message(listed, { dialect: 'dallas', snapshot: true });
    owedAlerts.cad(input, manifest, new Moment(minutes(minute)));
  });
  expect(owedAlerts.neverAsked().map((e) => e.recordId)).toEqual(['B']);
});

describe('why a message is not owed', () => {
  const key = alertKey('hand', 'pd-000', 'A');
  it.each<[string, Partial<Policy>, Step[], string]>([
    ['no such record', {}, [], 'not-owed:unknown'],
    ['still waiting', { review: 'human' }, [[1, [{}]]], 'unapproved'],
    ['alerted already', {}, [[1, [{}]]], 'not-owed:already-alerted'],
    [
      'cancelled already',
      {},
      [
        [1, [{}]],
        [2, [{ status: 'cancelled' }]],
      ],
      'not-owed:already-cancelled',
    ],
    ['never eligible', {}, [[1, [{ nature: 'NOISE' }]]], 'not-owed:not-eligible'],
    [
      'rejected',
      { review: 'human' },
      [
        [1, [{}]],
        [2, 'reject'],
      ],
      'not-owed:rejected-in-review',
    ],
    [
      'joined another',
      {},
      [
        [1, [{ recordId: 'B' }]],
        [2, [{}]],
      ],
      'not-owed:same-event',
    ],
  ])('%s', (_, policy, steps, expected) => {
    expect(run(policy, steps).owedAlerts.whyNot(key, 'Alert', minutes(10))).toBe(expected);
  });
});

describe('the clock’s tolerance', () => {
  it.each<[string, number, number, (boolean | null)[]]>([
    ['well before the age', 50, 1000, [false]],
    ['just before it', 60 - 0.5 / 60, 1000, [true]],
    ['just after it', 60 + 0.5 / 60, 1000, [true]],
    ['well after it', 60 + 2 / 60, 1000, []],
    ['just after it without tolerance', 60 + 0.5 / 60, 0, []],
  ])('%s', (_, minute, toleranceMs, optional) => {
    const { owedAlerts } = run({}, [[minute, [{}]]], toleranceMs);
    expect(owedAlerts.messages().map((e) => e.doubt !== DOUBT.none)).toEqual(optional);
  });

  it('leaves open a decision at an edge, and everything that follows from it', () => {
    const { owedAlerts } = run(
      { review: 'human' },
      [
        [1, [{}]],
        [60, 'approve'],
        [65, [{ status: 'cancelled' }]],
      ],
      1000,
    );
    expect(owedAlerts.messages().map((e) => [e.msgType, e.doubt !== DOUBT.none])).toEqual([
      ['Alert', true],
      ['Cancel', true],
    ]);
    expect(owedAlerts.doubt(alertKey('hand', 'pd-000', 'A'))).toBe(DOUBT.band);
  });

  it('leaves open a record that joins an event in doubt, and a correction at the end of its window', () => {
    const joined = run(
      {},
      [
        [60 - 0.5 / 60, [{}]],
        [60, [{ recordId: 'B', incidentMs: minutes(5) }]],
      ],
      1000,
    );
    expect(joined.owedAlerts.doubt(alertKey('hand', 'pd-000', 'B'))).toBe(DOUBT.band);
    const corrected = run(
      { correctionMsMax: HOUR_MS },
      [
        [1, [{}]],
        [61 + 0.5 / 60, [{ nature: 'ROBBERY' }]],
      ],
      1000,
    );
    expect(corrected.owedAlerts.messages().map((e) => e.doubt)).toEqual([DOUBT.none, DOUBT.band]);
  });

  it('leaves open a message at a change of feed', () => {
    const profile = agency(
      {},
      {
        feeds: [
          { fromMs: 0, dialect: 'tampa' },
          { fromMs: minutes(1) - 500, dialect: 'dallas' },
        ],
      },
    );
    for (const [toleranceMs, receipt, alerts] of [
      [1000, null, 1],
      [0, 'rejected', 0],
    ] as const) {
      const c = config(profile);
      const owedAlerts = new OwedAlerts(c, new People(c.roster));
      const { input, manifest } = message([row()]);
      expect(owedAlerts.cad(input, manifest, new Moment(minutes(1), { toleranceMs }))?.[0].outcome ?? null).toBe(
        receipt,
      );
      expect(owedAlerts.messages().filter((e) => e.doubt !== DOUBT.none)).toHaveLength(alerts);
    }
  });
});
