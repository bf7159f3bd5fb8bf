import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { fixtureLoadRun, fixtureRun } from './fixture.testing.ts';
import { summaryLines } from './summary.ts';

const { record } = fixtureRun();
const changed = (change: (record: RunRecord) => void): string => {
  const copy = structuredClone(record);
  change(copy);
  return summaryLines(copy, 120).join('\n');
};

/** The summary of the fixture's run at 80 columns, word for word. */
const GOLDEN = `
  ran            city, seed 7: 7 days in 21.4 s
  world          150,000 people, 60,000 households, 12,000 doorbells, 4,500 app
                 users, 3 agencies
  happened       1,890 incidents, 2,520 calls to 911, 1,848 CAD records,
                 1,260,000 doorbell motions
  feeds          8,610 messages; 400 faults injected, 400 accounted for
  alerts         90 alerts, 4 updates, 9 cancels; 44,408 deliveries
  false alerts   42.2% (95% interval 32.0% to 52.4%, n = 90): 4 unfounded, 9
                 misclassified, 4 duplicate, 7 withdrawn, 4 stale, 10 mislocated
  onset to alert median 21.0 min, 90% within 63.0 min
  deliveries     43,308 as owed, 3 lost
  privacy        2 leaks (2 name in review) in 44,408 frames; fewest households
                 behind a published place: 5
  newsroom       140 tickets, 90 approved, 12 rejected
  residents      1,900 opened, 21 muted, 4 quit, 31 posted; 8 calls to 911
                 caused by alerts and posts (0.3% of all)
  police         36 units busy 31.3%; priority 1 on scene in 6.0 min (median),
                 90% in 18.0 min
  unit-hours     1,891.2 in all, 231.9 at calls behind which nothing had
                 happened, 3.6 caused by alerts
  dispatch       41 raised after a long wait, 17 settled by telephone, 5 units
                 taken off lesser calls, 2 units lent by neighbours, 13 of 756
                 breaks missed or broken off, 88 calls answered by a neighbour
  call-takers    93.4% answered in 15 s, 94.8% in 20 s, 21 hung up
  speed          4,719 events/s without motions, 311 MiB at most
  history        c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789
  run again      hundredblock simulate city --seed 7
  checks         FAILED: lost 3 (at most 0)`;

describe('summary', () => {
  it('of the fixture is exactly this', () => {
    expect(summaryLines(record, 80)).toEqual(GOLDEN.split('\n').slice(1));
  });

  it('of a run on both clocks also has its intensity, both outcomes and the bottleneck', () => {
    const lines = summaryLines(fixtureLoadRun().record, 10_000);
    expect(
      lines.filter((line) => /^ {2}(load|connected|virtual|same|latency|generator|bottleneck) /.test(line)),
    ).toEqual([
      '  load           http://127.0.0.1:8080/<b> for 60.0 s at speed 60, incidents x100, encounters x1, motions x0.5, staffing x100; 24,005 inputs sent',
      '  connected      10,000 residents, 4,000 doorbells; 3 refused',
      '  virtual clock  60 alerts, 4 updates, 9 cancels; 44,000 deliveries, 44,000 as owed; in wall time 25,475',
      "  same outcome   44,000 triples (alert, recipient, message type) in virtual time, 43,999 in wall time; 2 and 1 on one clock only, 1 of these at a rule's edge, 2 unexplained",
      '  latency        wall time: accept 4.2 ms (p99 16.8 ms), delivery 11.3 ms (p99 45.2 ms), last of an audience 19.9 ms (p99 79.6 ms)',
      '  generator lag  0.60 ms (median), p99 2.4 ms, longest 5.4 ms',
      '  bottleneck     target: 5 inputs refused by the target',
    ]);
  });

  it('fits a screen, without control characters', () => {
    const lines = summaryLines(record, 100);
    expect(lines.length).toBeGreaterThanOrEqual(15);
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it.each([40, 60, 80, 200])('wraps at spaces and loses no word at %s columns', (width) => {
    const words = (w: number) => summaryLines(record, w).join(' ').split(/ +/).join(' ');
    expect(words(width)).toBe(words(10_000));
    const long = summaryLines(record, width).filter((line) => line.length > width);
    expect(long.filter((line) => line.trim().split(/ +/).length > 2)).toEqual([]);
  });

  it('shows the numbers of the record', () => {
    const text = summaryLines(record, 1000).join('\n');
    for (const part of [
      'city, seed 7: 7 days in 21.4 s',
      '150,000 people',
      '400 faults injected, 400 accounted for',
      '90 alerts, 4 updates, 9 cancels; 44,408 deliveries',
      '42.2% (95% interval 32.0% to 52.4%, n = 90)',
      'median 21.0 min, 90% within 63.0 min',
      '2 leaks (2 name in review)',
      '36 units busy 31.3%',
      '93.4% answered in 15 s, 94.8% in 20 s, 21 hung up',
      record.historyHash,
      record.command,
      'FAILED: lost 3 (at most 0)',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('says that a loop was closed', () => {
    const run = fixtureLoadRun().record;
    expect(summaryLines(run, 1000).join('\n')).not.toContain('closed loop');
    run.load!.closedLoop = true;
    expect(summaryLines(run, 1000).join('\n')).toContain('inputs sent; closed loop: residents reacted to what they');
  });

  it('says that a run was interrupted, that all passed, that nothing was measured', () => {
    expect(changed((r) => (r.partial = true))).toContain('INTERRUPTED');
    expect(changed((r) => r.gates.forEach((gate) => (gate.ok = true)))).toContain('all 3 passed');
    const silent = changed((r) => {
      r.falseAlertRate = { value: null, n: 0, low: null, high: null };
      r.delayMs.total = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    });
    expect(silent).toContain('none (n = 0)');
    expect(silent).toContain('no alerts');
  });
});
