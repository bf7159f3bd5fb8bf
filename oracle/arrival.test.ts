/** The oracle on the wall clock: repeated attempts, unacknowledged inputs, a clock that stands still, receptions one by one. */
import { describe, expect, it } from 'vitest';
import type { PipelineOutput } from '../contract/pipeline.ts';
import { MINUTE_MS, SECOND_MS } from '../contract/time.ts';
import { alertKey } from './rules/composition.ts';
import type { Arrival, Judgement, Oracle, OracleConfig, Reception, Unreachable } from './oracle-api.ts';
import { agency, config, message, minutes, row, T0 } from './one-agency.testing.ts';
import { Moment } from './owed/doubt.ts';
import { OwedAlerts } from './owed/owed-alerts.ts';
import { createOracle } from './oracle.ts';
import { People } from './rules/people.ts';

const KEY = alertKey('hand', 'pd-000', 'A');
const TOLERANCE_MS = 6 * SECOND_MS;

/** The Alert that the rules demand for record A if its message comes at this minute. */
function alertOf(minute: number, audience: number[]): PipelineOutput & { kind: 'publish' } {
  const c = config(agency());
  const owedAlerts = new OwedAlerts(c, new People(c.roster));
  const { input, manifest } = message([row({ updatedMs: minutes(minute) })]);
  owedAlerts.cad(input, manifest, new Moment(minutes(minute)));
  const [{ frame }] = owedAlerts.messages();
  return { kind: 'publish', agency: 'pd-000', alert: JSON.parse(frame), frame, audience: Uint32Array.from(audience) };
}

function oracleWith(options: Partial<OracleConfig> = {}): Oracle {
  return createOracle({ ...config(agency()), toleranceMs: TOLERANCE_MS, ...options });
}

function hear(oracle: Oracle, minute: number, arrival: Arrival = {}): void {
  const { input, manifest } = message([row({ updatedMs: minutes(minute) })]);
  oracle.door(input, manifest, minutes(minute), arrival);
}

function judge(oracle: Oracle, unreachable?: Unreachable): Judgement {
  return oracle.judge({ record: () => null }, unreachable);
}

/** `2 delivered, 1 lost` */
function verdictText({ verdicts }: Judgement): string {
  return Object.entries(verdicts)
    .filter(([, n]) => n > 0)
    .map(([v, n]) => `${n} ${v}`)
    .join(', ');
}

/** A reception with each resident's own times, in minutes after `T0`. */
function at(...rows: [received: number, reachable: number][]): Reception {
  return {
    atMs: Float64Array.from(rows, ([received]) => minutes(received)),
    reachableMs: Float64Array.from(rows, ([, reachable]) => minutes(reachable)),
  };
}

describe('an input that was never acknowledged', () => {
  it('leaves open whether anything follows from it', () => {
    const silent = oracleWith();
    hear(silent, 1, { unsure: true });
    expect(verdictText(judge(silent))).toBe('');
    expect(silent.stands(KEY, 'Alert', 1)).toBe('unsure');
    const heard = oracleWith();
    hear(heard, 1, { unsure: true });
    heard.observe(alertOf(1, [1, 2]), minutes(1));
    const judgement = judge(heard);
    expect(verdictText(judgement)).toBe('2 delivered');
    expect(judgement.owed.alerts).toBe(0);
    expect(judgement.wrongReceipts).toEqual([]);
  });

  it('excuses no leak and no second copy', () => {
    const oracle = oracleWith();
    oracle.learnPrivate('pd-000', 'A', [{ kind: 'canary', value: 'ZQABCDEFGH' }]);
    hear(oracle, 1, { unsure: true });
    const alert = alertOf(1, [1, 2]);
    oracle.observe(alert, minutes(1));
    oracle.observe({ ...alert, audience: Uint32Array.of(2) }, minutes(1));
    oracle.observe(
      { ...alert, frame: alert.frame.replace('active', 'active ZQABCDEFGH'), audience: Uint32Array.of(1) },
      minutes(1),
    );
    expect(verdictText(judge(oracle))).toBe('1 leaked, 1 duplicate, 2 delivered');
  });

  it('puts a preference in doubt from then on, either way', () => {
    for (const audience of [[1], [1, 2]]) {
      const oracle = oracleWith();
      oracle.door({ kind: 'preference', change: { resident: 2, muted: true } }, null, minutes(0), { unsure: true });
      hear(oracle, 1);
      oracle.observe(alertOf(1, audience), minutes(1));
      expect(verdictText(judge(oracle))).toBe(`${audience.length} delivered`);
      expect(oracle.stands(KEY, 'Alert', 2)).toBe('unsure');
      expect(oracle.stands(KEY, 'Alert', 1)).toBe('must');
    }
  });
});

describe('an input that took several attempts', () => {
  it('is owed, although the time of its arrival is known only within bounds', () => {
    const oracle = oracleWith();
    hear(oracle, 1, { spreadMs: 5 * MINUTE_MS });
    expect(verdictText(judge(oracle))).toBe('2 lost');
    expect(oracle.stands(KEY, 'Alert', 1)).toBe('must');
  });

  it('is not owed if a rule would have decided otherwise at its last attempt', () => {
    const oracle = oracleWith();
    hear(oracle, 58, { spreadMs: 3 * MINUTE_MS });
    expect(verdictText(judge(oracle))).toBe('');
    expect(oracle.stands(KEY, 'Alert', 1)).toBe('unsure');
  });
});

describe('the band about a rule edge', () => {
  it.each([
    [59.85, 'must'],
    [59.95, 'may'],
    [60.05, 'may'],
    [60.15, 'must-not'],
  ] as const)('at minute %s an alert %s be sent', (minute, standing) => {
    const oracle = oracleWith();
    hear(oracle, minute);
    judge(oracle);
    expect(oracle.stands(KEY, 'Alert', 1)).toBe(standing);
    expect(oracle.stands(KEY, 'Alert', 4)).toBe('must-not');
    expect(oracle.stands(KEY, 'Cancel', 1)).toBe(standing === 'may' ? 'may' : 'must-not');
  });

  it.each([
    [0.95, 'may'],
    [1.05, 'may'],
    [0.85, 'must-not'],
    [1.15, 'must'],
  ] as const)('a resident who mutes at minute %s %s have the alert of minute 1', (minute, standing) => {
    const oracle = oracleWith();
    const mute = (): void =>
      oracle.door({ kind: 'preference', change: { resident: 2, muted: true } }, null, minutes(minute));
    if (minute < 1) mute();
    hear(oracle, 1);
    if (minute >= 1) mute();
    judge(oracle);
    expect(oracle.stands(KEY, 'Alert', 2)).toBe(standing);
  });

  it('is absent while the clock stands still', () => {
    const later = agency();
    later.policies = [
      { fromMs: 0, policy: { ...later.policies[0].policy, alerts: 'off' } },
      { fromMs: T0 + MINUTE_MS + 1, policy: later.policies[0].policy },
    ];
    const lost = (exact: boolean): string => {
      const oracle = createOracle({ ...config(later), toleranceMs: TOLERANCE_MS });
      hear(oracle, 1, { exact });
      const { input, manifest } = message([row({ updatedMs: minutes(2), status: 'closed', disposition: 'founded' })]);
      oracle.door(input, manifest, minutes(2));
      return verdictText(judge(oracle));
    };
    expect(lost(true)).toBe('2 lost');
    expect(lost(false)).toBe('');
  });
});

describe('receptions', () => {
  it('are late one by one, counted from the moment at which the cause was meant to come', () => {
    const oracle = oracleWith({ latenessMsMax: 5 * MINUTE_MS });
    hear(oracle, 2, { meantMs: minutes(1) });
    oracle.observe(alertOf(2, [1, 2]), minutes(3), at([3, 0], [6.2, 0]));
    expect(verdictText(judge(oracle))).toBe('1 late, 1 delivered');
  });

  it('after an absence count from the return', () => {
    const oracle = oracleWith({ latenessMsMax: 5 * MINUTE_MS });
    hear(oracle, 1);
    oracle.observe(alertOf(1, [1, 2]), minutes(3), at([30, 29], [30, 20]));
    expect(verdictText(judge(oracle))).toBe('1 late, 1 delivered');
  });

  it('are stale only if they are late too', () => {
    const oracle = oracleWith({ latenessMsMax: 5 * MINUTE_MS });
    hear(oracle, 59);
    oracle.observe(alertOf(59, [1, 2]), minutes(61), at([61, 0], [70, 0]));
    expect(verdictText(judge(oracle))).toBe('1 stale, 1 delivered');
  });
});

describe('a delivery that was not seen', () => {
  it("is nobody's fault, or shed, if the resident could not be reached", () => {
    const oracle = oracleWith();
    hear(oracle, 1);
    const judgement = judge(oracle, (resident, dueMs) =>
      dueMs !== minutes(1)
        ? null
        : resident === 1
          ? { verdict: 'disconnected', detail: 'offline' }
          : { verdict: 'shed', detail: 'stream-closed:1013' },
    );
    expect(verdictText(judgement)).toBe('1 shed, 1 disconnected');
    expect(judgement.violations.map((v) => `${v.verdict} ${v.detail}`)).toEqual(['shed stream-closed:1013']);
    expect(judgement.owed.deliveries).toBe(2);
  });

  it('is not held against a target that waits for review, if nobody reads its tickets', () => {
    const lost = (ticketsSeen: boolean): string => {
      const oracle = createOracle({ ...config(agency({ review: 'human' })), toleranceMs: 0, ticketsSeen });
      hear(oracle, 1);
      return verdictText(judge(oracle));
    };
    expect([lost(true), lost(false)]).toEqual(['2 lost', '']);
  });

  it('is no receipt, if the message was the answer of a portal', () => {
    const oracle = oracleWith();
    hear(oracle, 1, { withoutReceipt: true });
    expect(judge(oracle).wrongReceipts).toEqual([]);
  });
});
