import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import type { AgencyProfile } from '../../contract/agency.ts';
import { AlertSchema, type Alert } from '../../contract/alert.ts';
import type { Pipeline, PipelineOutput } from '../../contract/pipeline.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { createPipeline } from './pipeline.ts';
import {
  dallasBody,
  dallasRow,
  eidoValue,
  milwaukeeValue,
  START_MS,
  testAgency,
  testConfig,
  testRoster,
  type TestRecord,
} from './testbed.testing.ts';

const MINUTE = 60_000;
const MAPLE = '2854 W MAPLE ST';
const BURGLARY: TestRecord = { id: 'r1', nature: '459', place: MAPLE };

/** Residents 1 to 4 live on W MAPLE ST (3 muted below where said), 5 far off. */
const ROSTER = testRoster([
  [1500, 0, 1000],
  [500, 0, 500],
  [1500, 300, 300],
  [3000, 0, 999],
  [90_000, 0, 1000],
]);

/** A pipeline of one agency, fed by the minute. */
function bench(profile: AgencyProfile) {
  const pipeline: Pipeline = createPipeline(testConfig([profile], ROSTER));
  let sent = 0;
  const at = (minute: number) => START_MS + minute * MINUTE;
  const dialect = profile.feeds[0].dialect;
  return {
    pipeline,
    at,
    body: (minute: number, body: string) =>
      pipeline.handle({ kind: 'cad', messageId: `m${++sent}`, agency: profile.id, dialect, body }, at(minute)),
    send: (minute: number, record: TestRecord, extra: Parameters<typeof eidoValue>[1] = {}) =>
      pipeline.handle(
        {
          kind: 'cad',
          messageId: `m${++sent}`,
          agency: profile.id,
          dialect,
          body: JSON.stringify(eidoValue(record, extra)),
        },
        at(minute),
      ),
    decide: (minute: number, ticket: string, decision: 'approve' | 'reject') =>
      pipeline.handle({ kind: 'review', ticket, decision }, at(minute)),
  };
}

function eido(policy: Partial<Policy> = {}) {
  return bench(testAgency('eido', policy));
}

/** Outputs in short: what a reader of the rules would tick off. */
function told(outputs: PipelineOutput[]): string[] {
  return outputs.map((o) => {
    switch (o.kind) {
      case 'receipt':
        return o.rows.map((r) => r.code ?? r.outcome).join(' ');
      case 'publish':
        return `${o.alert.msgType} ${o.alert.area.areaDesc} to ${[...o.audience].join(',')}`;
      case 'review-request':
        return `ask ${o.place}`;
      case 'suppressed':
        return `not ${o.reason}`;
      default:
        return o.kind;
    }
  });
}

function alerts(outputs: PipelineOutput[]): Alert[] {
  return outputs.flatMap((o) => (o.kind === 'publish' ? [o.alert] : []));
}

function ticketOf(outputs: PipelineOutput[]): string {
  const request = outputs.find((o) => o.kind === 'review-request');
  return request!.ticket;
}

const ALERTED = 'Alert 2800 BLOCK W MAPLE ST to 1,2,3';
const CANCELLED = 'Cancel 2800 BLOCK W MAPLE ST to 1,2,3';

describe('messages', () => {
  it.each([
    ['unknown-agency', { agency: 'pd-x' }],
    ['wrong-dialect', { dialect: 'tampa' as const }],
    ['too-large', { body: ' '.repeat(1_000_001) }],
    ['unreadable', { body: '{"a":' }],
    ['schema', { body: '42' }],
  ])('%s', (code, part) => {
    const pipeline = createPipeline(testConfig([testAgency('eido')]));
    const input = { kind: 'cad' as const, messageId: 'm', agency: 'pd-0', dialect: 'eido' as const, body: '', ...part };
    expect(pipeline.handle(input, START_MS)).toEqual([
      { kind: 'receipt', messageId: 'm', rows: [{ row: 0, outcome: 'rejected', code }] },
    ]);
  });

  it('takes the dialect in force, and none before the first feed', () => {
    const profile = testAgency('eido');
    profile.feeds = [
      { fromMs: START_MS, dialect: 'eido' },
      { fromMs: START_MS + MINUTE, dialect: 'milwaukee' },
    ];
    const t = bench(profile);
    expect(told(t.send(-1, BURGLARY))).toEqual(['wrong-dialect']);
    expect(told(t.send(0, BURGLARY))).toEqual([ALERTED, 'accepted']);
    expect(told(t.send(1, BURGLARY))).toEqual(['wrong-dialect']);
  });

  it('refuses a profile that can not be worked with', () => {
    expect(() => createPipeline(testConfig([{ ...testAgency('eido'), zone: 'Mars/Olympus' }]))).toThrow(RangeError);
    expect(() => createPipeline(testConfig([{ ...testAgency('eido'), policies: [] }]))).toThrow(RangeError);
  });
});

describe('records', () => {
  it('supersedes by stamp, and remembers the newer stamp of a duplicate', () => {
    const t = eido();
    t.send(2, { ...BURGLARY, updatedMinute: 2 });
    expect(told(t.send(3, { ...BURGLARY, updatedMinute: 1, nature: '211' }))).toEqual(['superseded']);
    expect(told(t.send(4, { ...BURGLARY, updatedMinute: 4 }))).toEqual(['duplicate']);
    expect(told(t.send(5, { ...BURGLARY, updatedMinute: 3, nature: '211' }))).toEqual(['superseded']);
    expect(told(t.send(6, { ...BURGLARY, updatedMinute: 4, nature: '211' }))).toEqual([
      'Update 2800 BLOCK W MAPLE ST to 1,2,3',
      'accepted',
    ]);
  });

  it.each<[string, Partial<TestRecord>, string]>([
    ['incident time', { minute: -1, updatedMinute: 0 }, 'accepted'],
    ['nature', { nature: '211' }, 'accepted'],
    ['status', { status: 'Closed' }, 'accepted'],
    ['place text', { place: '2856 W MAPLE ST' }, 'accepted'],
    ['nothing', {}, 'duplicate'],
    ['spaces around texts only', { place: ` ${MAPLE} `, nature: ' 459', id: 'r1 ' }, 'duplicate'],
  ])('a state that differs in %s', (_, part, outcome) => {
    const t = eido();
    t.send(0, BURGLARY);
    expect(told(t.send(1, { ...BURGLARY, ...part })).at(-1)).toBe(outcome);
  });

  it('keeps a cancelled record cancelled', () => {
    const t = eido();
    t.send(0, { ...BURGLARY, status: 'Cancelled' });
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1 }))).toEqual(['accepted']);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2, place: '512 N 5TH AVE' }))).toEqual(['accepted']);
  });

  it('forgets a record at exactly retainMs of silence; messages that change nothing break the silence', () => {
    const t = eido({ retainMs: 10 * MINUTE, incidentAgeMsMax: 600 * MINUTE });
    t.send(0, BURGLARY);
    expect(t.pipeline.nextWakeMs()).toBe(t.at(10));
    t.send(5, BURGLARY);
    t.pipeline.handle({ kind: 'wake' }, t.at(10));
    expect(t.pipeline.state()).toEqual({ records: 1, groups: 1, tickets: 0, devices: 0 });
    expect(t.pipeline.nextWakeMs()).toBe(t.at(15));
    t.pipeline.handle({ kind: 'motion', doorbell: 7 }, t.at(15));
    expect(t.pipeline.state()).toEqual({ records: 0, groups: 0, tickets: 0, devices: 1 });
    expect(t.pipeline.nextWakeMs()).toBe(Infinity);
    expect(told(t.send(15, BURGLARY))).toEqual([ALERTED, 'accepted']);
  });

  it('a forgotten lead leaves its group to the next record', () => {
    const t = eido({ retainMs: 10 * MINUTE });
    t.send(0, BURGLARY);
    t.send(8, { ...BURGLARY, id: 'r2', minute: 2 });
    expect(told(t.send(12, { ...BURGLARY, id: 'r2', minute: 2, updatedMinute: 12, nature: '211' }))).toEqual([
      'Update 2800 BLOCK W MAPLE ST to 1,2,3',
      'accepted',
    ]);
    expect(t.pipeline.state()).toMatchObject({ records: 1, groups: 1 });
  });
});

describe('a portal', () => {
  const row = (id: string, place = MAPLE.replace('2854', '2800')) =>
    dallasRow({ id, nature: '11R - Burglary - Res', place });

  it('counts rows by incident, and closes what is no longer listed, in the order first seen', () => {
    const t = bench(testAgency('dallas', { review: 'human' }));
    expect(told(t.body(0, dallasBody(0, [row('a'), row('b'), row('a', 'N 5TH AVE / W MAPLE ST')])))).toEqual([
      'ask 2800 BLOCK W MAPLE ST',
      'not same-event',
      'accepted accepted',
    ]);
    expect(told(t.body(1, dallasBody(1, [])))).toEqual(['']);
    expect(told(t.body(2, dallasBody(2, [row('b')])))).toEqual(['accepted']);
  });

  it('tells residents that a closed incident is past', () => {
    const t = bench(testAgency('dallas'));
    t.body(0, dallasBody(0, [row('a')]));
    expect(t.body(1, dallasBody(1, []))).toEqual([{ kind: 'receipt', messageId: 'm2', rows: [] }]);
    const [update] = alerts(t.body(2, dallasBody(2, [row('a', 'N 5TH AVE / W MAPLE ST')])));
    expect(update).toMatchObject({ msgType: 'Update', info: { urgency: 'Immediate' } });
  });

  it('evaluates what it closes by absence: a record freed from a dissolved group opens its own', () => {
    const t = bench(testAgency('dallas', { review: 'human' }));
    t.body(0, dallasBody(0, [row('a')]));
    t.body(1, dallasBody(1, [row('a'), row('b')]));
    const domestic = { ...row('a'), nature_of_call: '6D - Domestic Disturbance' };
    expect(told(t.body(2, dallasBody(2, [domestic, row('b')])))).toContain('accepted duplicate');
    expect(told(t.body(3, dallasBody(3, [domestic]))).filter((line) => line.startsWith('ask'))).toHaveLength(1);
  });

  it('closes nothing by absence where a row was rejected', () => {
    const t = bench(testAgency('dallas', { sameEventMsMax: 0 }));
    t.body(0, dallasBody(0, [row('a')]));
    expect(told(t.body(1, dallasBody(1, [{ incident_number: 'a' }])))).toEqual(['schema']);
    expect(told(t.body(2, dallasBody(2, [row('a')])))).toEqual(['duplicate']);
    t.body(3, dallasBody(3, []));
    expect(told(t.body(4, dallasBody(4, [row('a')])))).toEqual(['accepted']);
  });

  it('supersedes every record of a snapshot no later than the latest', () => {
    const t = bench(testAgency('dallas'));
    t.body(5, dallasBody(5, [row('a')]));
    expect(told(t.body(6, dallasBody(5, [row('a'), row('b'), {}])))).toEqual(['superseded superseded schema']);
    expect(told(t.body(7, dallasBody(4, [])))).toEqual(['']);
    expect(told(t.body(8, dallasBody(6, [row('a')])))).toEqual(['duplicate']);
  });

  it('takes a stamp from the future for the moment of arrival, so that it shuts out nothing that follows', () => {
    const portal = bench(testAgency('dallas'));
    portal.body(0, dallasBody(100_000, []));
    expect(told(portal.body(1, dallasBody(1, [row('a')])))).toContain('accepted');
    const direct = eido();
    direct.send(0, { ...BURGLARY, updatedMinute: 100_000 });
    expect(told(direct.send(1, { ...BURGLARY, updatedMinute: 1, status: 'Cancelled' }))).toContain('accepted');
  });

  it.each([
    ['of spaces alone', '  '],
    ['too long', 'x'.repeat(129)],
    ['with an unpaired surrogate', 'a\ud800b'],
  ])('rejects a record id %s', (_what, id) => {
    expect(told(eido().send(0, { ...BURGLARY, id }))).toEqual(['schema']);
  });
});

describe('eligibility', () => {
  it.each<[string, Partial<TestRecord>, Partial<Policy>, string]>([
    ['alerts are off', {}, { alerts: 'off' }, 'not alerts-off'],
    ['the nature is unmapped', { nature: '459X' }, {}, 'not unmapped-nature'],
    ['the nature is the name of a built-in', { nature: 'constructor' }, {}, 'not unmapped-nature'],
    ['the nature has no category', { nature: '459A' }, {}, 'not not-eligible'],
    ['the category is not in the preset', { nature: '904' }, {}, 'not not-eligible'],
    ['the category is in the extended preset', { nature: '904' }, { preset: 'extended' }, ALERTED],
    ['it is domestic', { nature: '459DV' }, {}, 'not not-community'],
    ['it is cancelled', { status: 'Cancelled' }, {}, 'not cancelled'],
    ['it is closed as unfounded', { status: 'Closed', disposition: 'Unfounded' }, {}, 'not cancelled'],
    ['it is closed as duplicate', { status: 'Closed', disposition: 'Duplicate' }, {}, 'not cancelled'],
    ['it is closed as founded', { status: 'Closed', disposition: 'Founded' }, {}, ALERTED],
    ['it is closed without a disposition', { status: 'Closed', disposition: 'founded' }, {}, ALERTED],
    ['it is open whatever its disposition', { disposition: 'Unfounded' }, {}, ALERTED],
    ['it is 5 min ahead', { minute: 5 }, {}, ALERTED],
    ['it is further ahead', { minute: 6 }, {}, 'not future-dated'],
    ['it is 59 min old', { minute: -59 }, {}, ALERTED],
    ['it is an hour old', { minute: -60 }, {}, 'not too-old'],
    ['it is nowhere', { place: 'SOMEWHERE' }, {}, 'not unlocatable'],
    ['two reasons hold: the first', { minute: -60, place: 'SOMEWHERE', status: 'Cancelled' }, {}, 'not cancelled'],
  ])('where %s', (_, part, policy, outcome) => {
    expect(told(eido(policy).send(0, { ...BURGLARY, ...part }))).toEqual([outcome, 'accepted']);
  });

  it('not of concern to the community', () => {
    const profile = testAgency('eido');
    profile.natures.eido!['459'] = { category: 'burglary', community: false };
    expect(told(bench(profile).send(0, BURGLARY))).toEqual(['not not-community', 'accepted']);
  });

  it('tells a reason once, and again when it changes', () => {
    const t = eido();
    const outcomes = [
      t.send(0, { ...BURGLARY, nature: 'X' }),
      t.send(1, { ...BURGLARY, nature: 'Y', updatedMinute: 1 }),
      t.send(2, { ...BURGLARY, nature: '459A', updatedMinute: 2 }),
      t.send(3, { ...BURGLARY, nature: '459A', updatedMinute: 3 }),
    ];
    expect(outcomes.map(told)).toEqual([
      ['not unmapped-nature', 'accepted'],
      ['accepted'],
      ['not not-eligible', 'accepted'],
      ['duplicate'],
    ]);
  });

  it('goes by the policy in force', () => {
    const profile = testAgency('eido', { alerts: 'off' });
    profile.policies.push({ fromMs: START_MS, policy: { ...DEFAULT_POLICY, review: 'auto' } });
    const t = bench(profile);
    expect(told(t.send(-1, BURGLARY))).toEqual(['not alerts-off', 'accepted']);
    expect(told(t.send(0, { ...BURGLARY, updatedMinute: 1, place: '2856 W MAPLE ST' }))).toEqual([ALERTED, 'accepted']);
  });
});

describe('groups', () => {
  it.each<[string, Partial<TestRecord>, string]>([
    ['of the same category and place', {}, 'not same-event'],
    ['15 min later', { minute: 15 }, 'not same-event'],
    ['15 min earlier', { minute: -15 }, 'not same-event'],
    ['16 min later', { minute: 16 }, ALERTED],
    ['at another place', { place: '512 N 5TH AVE' }, 'Alert 500 BLOCK N 5TH AVE to 1,4'],
    ['of another category', { nature: '211' }, ALERTED],
  ])('a second record %s', (_, part, outcome) => {
    const t = eido();
    t.send(0, BURGLARY);
    expect(told(t.send(20, { ...BURGLARY, id: 'r2', ...part }))[0]).toBe(outcome);
  });

  it('the oldest group that fits is joined, even when its lead has moved in time', () => {
    const t = eido({ sameEventMsMax: 100 * MINUTE, incidentAgeMsMax: 600 * MINUTE });
    const first = alerts(t.send(0, { ...BURGLARY, minute: -300 }));
    t.send(1, { ...BURGLARY, id: 'r2' });
    t.send(2, { ...BURGLARY, minute: -99, updatedMinute: 2 });
    t.send(3, { ...BURGLARY, id: 'r3' });
    const cancel = alerts(
      t.send(4, { ...BURGLARY, minute: -99, updatedMinute: 4, status: 'Closed' }, { merged: true }),
    );
    expect(cancel).toEqual([]);
    const update = alerts(t.send(5, { ...BURGLARY, id: 'r3', updatedMinute: 5, nature: '211' }));
    expect(update[0].incidents).toBe(first[0].incidents);
  });

  it('are joined by the places that the policy in force publishes, when it changes', () => {
    const agency = testAgency('eido', { householdsMin: 50 });
    const later = { fromMs: START_MS + 5 * MINUTE, policy: { ...agency.policies[0].policy, householdsMin: 5 } };
    const t = bench({ ...agency, policies: [...agency.policies, later] });
    expect(told(t.send(0, BURGLARY))[0]).toMatch(/^Alert FAIRVIEW AREA /);
    expect(told(t.send(1, { ...BURGLARY, id: 'r2', place: '54 W MAPLE ST' }))[0]).toBe('not same-event');
    expect(told(t.send(6, { ...BURGLARY, id: 'r3' }))[0]).toBe('not same-event');
    expect(told(t.send(7, { ...BURGLARY, id: 'r4', place: '54 W MAPLE ST' }))[0]).toMatch(/^Alert UNIT BLOCK /);
  });

  it('cancels for good when the lead is closed as unfounded; then a new record opens a new group', () => {
    const t = eido();
    t.send(0, BURGLARY);
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, status: 'Closed', disposition: 'Unfounded' }))).toEqual([
      'not cancelled',
      CANCELLED,
      'accepted',
    ]);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2 }))).toEqual(['accepted']);
    expect(told(t.send(3, { ...BURGLARY, id: 'r2' }))).toEqual([ALERTED, 'accepted']);
  });

  it('passes the lead on where the first record is a duplicate, and cancels where all are', () => {
    const t = eido();
    t.send(0, BURGLARY);
    t.send(1, { ...BURGLARY, id: 'r2' });
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2 }, { merged: true }))).toEqual(['not cancelled', 'accepted']);
    expect(told(t.send(3, { ...BURGLARY, id: 'r2', updatedMinute: 3 }, { merged: true }))).toEqual([
      'not cancelled',
      CANCELLED,
      'accepted',
    ]);
  });

  it('is not joined once only duplicates are left of it', () => {
    const t = eido({ retainMs: 10 * MINUTE });
    t.send(0, BURGLARY);
    t.send(5, { ...BURGLARY, id: 'r2' });
    t.send(6, { ...BURGLARY, id: 'r2', updatedMinute: 6 }, { merged: true });
    expect(told(t.send(11, { ...BURGLARY, id: 'r3' }))).toEqual([ALERTED, 'accepted']);
  });

  it('updates category and place, to those who match now and those who were told before', () => {
    const t = eido();
    t.send(0, BURGLARY);
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, place: '512 N 5TH AVE' }))).toEqual([
      'Update 500 BLOCK N 5TH AVE to 1,2,3,4',
      'accepted',
    ]);
    t.pipeline.handle({ kind: 'preference', change: { resident: 2, muted: true } }, t.at(1));
    t.pipeline.handle({ kind: 'preference', change: { resident: 3, quit: true } }, t.at(1));
    t.pipeline.handle({ kind: 'preference', change: { resident: 4, categories: 0, radiusDm: 0 } }, t.at(1));
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2, place: 'NOWHERE' }))).toEqual([
      'not unlocatable',
      'accepted',
    ]);
    expect(told(t.send(3, { ...BURGLARY, updatedMinute: 3, status: 'Cancelled' }))).toEqual([
      'not cancelled',
      'Cancel 500 BLOCK N 5TH AVE to 1,4',
      'accepted',
    ]);
  });

  it('an alert that has grown too old is still corrected, until correctionMsMax exactly', () => {
    const t = eido({ correctionMsMax: 90 * MINUTE });
    t.send(0, BURGLARY);
    const retyped = { ...BURGLARY, nature: '211' };
    expect(told(t.send(90, { ...retyped, updatedMinute: 1 }))).toEqual([
      'not too-old',
      'Update 2800 BLOCK W MAPLE ST to 1,2,3',
      'accepted',
    ]);
    expect(told(t.send(91, { ...retyped, updatedMinute: 2, status: 'Cancelled' }))).toEqual([
      'not cancelled',
      'accepted',
    ]);
  });

  it('alerts off neither corrects nor cancels what was published', () => {
    const profile = testAgency('eido');
    profile.policies.push({ fromMs: START_MS + MINUTE, policy: { ...DEFAULT_POLICY, alerts: 'off' } });
    const t = bench(profile);
    t.send(0, BURGLARY);
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, nature: '211' }))).toEqual(['not alerts-off', 'accepted']);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2, status: 'Cancelled' }))).toEqual(['accepted']);
  });

  it('publishes to nobody, still', () => {
    const t = eido();
    expect(told(t.send(0, { ...BURGLARY, place: 'HWY 16 MM 12' }))).toEqual([
      'Alert HWY 16 MILES 10 TO 15 to ',
      'accepted',
    ]);
  });
});

describe('review', () => {
  const human = () => eido({ review: 'human' });

  it('asks once, and alerts on approval', () => {
    const t = human();
    const asked = t.send(0, BURGLARY, {
      notes: ['RP STATES JOHN BROKE A WINDOW'],
      person: { personNameText: 'John Window' },
    });
    expect(asked[0]).toEqual({
      kind: 'review-request',
      ticket: expect.stringMatching(/^[0-9a-f]{32}-1$/),
      agency: 'pd-0',
      incidents: expect.stringMatching(/^[0-9a-f]{32}$/),
      category: 'burglary',
      place: '2800 BLOCK W MAPLE ST',
      text: 'RP STATES […] BROKE […]',
    });
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, nature: '211' }))).toEqual(['accepted']);
    expect(t.pipeline.state().tickets).toBe(1);
    const ticket = ticketOf(asked);
    expect(told(t.decide(2, ticket, 'approve'))).toEqual([ALERTED]);
    expect(t.decide(2, ticket, 'approve')).toEqual([]);
    expect(t.decide(2, 'unknown', 'reject')).toEqual([]);
  });

  it('withdraws the ticket of a group that is dissolved, and asks anew under the same key', () => {
    const t = human();
    const first = ticketOf(t.send(0, BURGLARY));
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, nature: '459A' }))).toEqual([
      'not not-eligible',
      'review-withdrawn',
      'accepted',
    ]);
    expect(t.decide(1, first, 'approve')).toEqual([]);
    expect(ticketOf(t.send(2, { ...BURGLARY, updatedMinute: 2 }))).toBe(first.replace(/-1$/, '-2'));
  });

  it('a rejected record stays answered for until its category changes', () => {
    const t = human();
    const ticket = ticketOf(t.send(0, BURGLARY));
    t.send(0, { ...BURGLARY, id: 'r2' });
    expect(told(t.decide(1, ticket, 'reject'))).toEqual(['not rejected-in-review', 'not rejected-in-review']);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2, place: '512 N 5TH AVE' }))).toEqual(['accepted']);
    expect(told(t.send(3, { ...BURGLARY, updatedMinute: 3, status: 'Cancelled' }))).toEqual([
      'not cancelled',
      'accepted',
    ]);
    expect(told(t.send(4, { ...BURGLARY, id: 'r2', updatedMinute: 4, nature: '211' }))).toEqual([
      'ask 2800 BLOCK W MAPLE ST',
      'accepted',
    ]);
  });

  it('an approval that comes too late expires', () => {
    const t = human();
    const ticket = ticketOf(t.send(0, BURGLARY));
    expect(told(t.decide(60, ticket, 'approve'))).toEqual(['not expired-in-review']);
    expect(t.pipeline.state()).toEqual({ records: 1, groups: 0, tickets: 0, devices: 0 });
  });

  it('a lead that has become unlocatable meanwhile changes nothing yet', () => {
    const t = human();
    const ticket = ticketOf(t.send(0, BURGLARY));
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, place: 'NOWHERE' }))).toEqual([
      'not unlocatable',
      'accepted',
    ]);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2 }))).toEqual(['accepted']);
    expect(told(t.decide(3, ticket, 'approve'))).toEqual([ALERTED]);
  });

  it('withholds what can not be cleared, and asks when it can', () => {
    const t = human();
    expect(told(t.send(0, BURGLARY, { notes: ['\u0000'] }))).toEqual(['withheld', 'accepted']);
    expect(told(t.send(1, { ...BURGLARY, updatedMinute: 1, status: 'Closed' }, { notes: ['\u0000'] }))).toEqual([
      'accepted',
    ]);
    expect(told(t.send(2, { ...BURGLARY, updatedMinute: 2 }, { notes: ['OK'] }))).toEqual([
      'ask 2800 BLOCK W MAPLE ST',
      'accepted',
    ]);
  });

  it('forgets the ticket of a forgotten group', () => {
    const t = human();
    const ticket = ticketOf(t.send(0, BURGLARY));
    t.pipeline.handle({ kind: 'wake' }, t.at(480));
    expect(t.pipeline.state()).toEqual({ records: 0, groups: 0, tickets: 0, devices: 0 });
    expect(t.decide(480, ticket, 'approve')).toEqual([]);
  });
});

describe('the message', () => {
  it('is composed from permitted fields, to the byte', () => {
    const t = eido();
    const [alert] = t.send(7, { ...BURGLARY, minute: 3 }, { notes: ['JOHN SMITH'] });
    expect(alert).toMatchObject({ kind: 'publish', agency: 'pd-0', audience: Uint32Array.from([1, 2, 3]) });
    const [cancel] = t
      .send(12, { ...BURGLARY, minute: 3, updatedMinute: 12, status: 'Cancelled' })
      .filter((o) => o.kind === 'publish');
    const key = 'a7a817c9fe96db0bea7c48e811382c2b';
    expect([alert, cancel].map((o) => (o.kind === 'publish' ? o.frame : ''))).toEqual([
      `{"identifier":"${key}.1","sender":"alerts@hundredblock.test","sent":"2026-06-01T12:05:00Z","status":"Exercise","msgType":"Alert",` +
        `"scope":"Restricted","restriction":"Residents near the published place","incidents":"${key}","info":{"category":"Safety",` +
        '"event":"Burglary","urgency":"Immediate","severity":"Unknown","certainty":"Unknown","senderName":"Synthetic Police Department 001",' +
        '"effective":"2026-06-01T12:00:00Z","expires":"2026-06-01T13:00:00Z","headline":"Burglary reported","description":"Burglary reported by ' +
        'Synthetic Police Department 001 in the area of 2800 BLOCK W MAPLE ST, about 12:00 UTC. Status: active. Exercise, not a live ' +
        'alert."},"area":{"areaDesc":"2800 BLOCK W MAPLE ST","circle":"0.00000,0.00135 0.05"}}',
      `{"identifier":"${key}.2","sender":"alerts@hundredblock.test","sent":"2026-06-01T12:10:00Z","status":"Exercise","msgType":"Cancel",` +
        `"scope":"Restricted","restriction":"Residents near the published place","references":"${key}.1","incidents":"${key}","info":{"category":"Safety",` +
        '"event":"Burglary","urgency":"Past","severity":"Unknown","certainty":"Unknown","senderName":"Synthetic Police Department 001",' +
        '"effective":"2026-06-01T12:00:00Z","expires":"2026-06-01T13:00:00Z","headline":"Cancelled: Burglary","description":"Burglary reported by ' +
        'Synthetic Police Department 001 in the area of 2800 BLOCK W MAPLE ST, about 12:00 UTC. Status: cancelled. Exercise, not a live ' +
        'alert."},"area":{"areaDesc":"2800 BLOCK W MAPLE ST","circle":"0.00000,0.00135 0.05"}}',
    ]);
  });

  it.each<[string, Partial<TestRecord>]>([
    ['an open incident', {}],
    ['a closed one', { status: 'Closed', disposition: 'Founded' }],
    ['a crossing', { place: 'N 5TH AVE / W MAPLE ST' }],
    ['a place without a box', { place: '12 ELM ST' }],
  ])('of %s has the fields of the contract', (_, part) => {
    const profile = testAgency('eido');
    if (part.place === '12 ELM ST') profile.places = 'text';
    const [alert] = alerts(bench(profile).send(0, { ...BURGLARY, ...part }));
    expect(Compile(AlertSchema).Check(alert)).toBe(true);
    expect(alert.info.urgency).toBe(part.status === 'Closed' ? 'Past' : 'Immediate');
    expect(alert.info.description).toContain(part.status === 'Closed' ? 'Status: closed.' : 'Status: active.');
    expect(alert.area.circle === undefined).toBe(part.place === '12 ELM ST');
  });

  it('says when an update replaces it', () => {
    const t = eido();
    const [first] = alerts(t.send(0, BURGLARY));
    const [update] = alerts(t.send(1, { ...BURGLARY, updatedMinute: 1, nature: '211' }));
    expect(update).toMatchObject({
      msgType: 'Update',
      references: first.identifier,
      info: { headline: 'Update: Robbery reported', event: 'Robbery' },
    });
  });
});

describe('everything else', () => {
  it('shows posts near their author, blanked, and drops what it can not place or clear', () => {
    const { pipeline } = eido();
    const post = (resident: number, text: string) =>
      pipeline.handle({ kind: 'post', postId: 'p1', resident, text }, START_MS);
    expect(post(1, 'someone at the door, call Maria 555-0123')).toEqual([
      { kind: 'post', postId: 'p1', text: 'someone […] the door, […]', audience: Uint32Array.from([2, 3, 4]) },
    ]);
    expect(post(99, 'x')).toMatchObject([{ kind: 'log', code: 'unknown-resident' }]);
    expect(post(1, '\ud800')).toMatchObject([{ kind: 'log', code: 'post-not-cleared' }]);
  });

  it('says that a preference change names nobody', () => {
    const { pipeline } = eido();
    expect(pipeline.handle({ kind: 'preference', change: { resident: 99, muted: true } }, START_MS)).toMatchObject([
      { kind: 'log', code: 'unknown-resident' },
    ]);
  });

  it('two agencies do not share records, and their audiences cross borders', () => {
    const other = { ...testAgency('milwaukee'), id: 'pd-9' };
    const pipeline = createPipeline(testConfig([testAgency('eido'), other], ROSTER));
    const eidoBody = JSON.stringify(eidoValue(BURGLARY));
    const milwaukeeBody = JSON.stringify(milwaukeeValue({ ...BURGLARY, nature: 'ENTRY' }));
    expect(
      told(pipeline.handle({ kind: 'cad', messageId: 'a', agency: 'pd-0', dialect: 'eido', body: eidoBody }, START_MS)),
    ).toEqual([ALERTED, 'accepted']);
    expect(
      told(
        pipeline.handle(
          { kind: 'cad', messageId: 'b', agency: 'pd-9', dialect: 'milwaukee', body: milwaukeeBody },
          START_MS,
        ),
      ),
    ).toEqual([ALERTED, 'accepted']);
  });
});
