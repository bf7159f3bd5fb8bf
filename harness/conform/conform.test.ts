import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startToy, type ToyProcess } from '../../test/toy-target/toy-process.testing.ts';
import type { Finding } from './check.ts';
import { CHECK_GROUPS, conform } from './conform.ts';

let toy: ToyProcess | null = null;
afterEach(async () => {
  await toy?.stop();
  toy = null;
});

function check(target: ToyProcess, only: readonly string[], patienceMs: number): Promise<Finding[]> {
  return conform({
    target: target.url,
    mqtt: null,
    harnessKey: target.harnessKey,
    only,
    patienceMs,
    signal: new AbortController().signal,
    onFinding: () => {},
  });
}

/** Parts of the contract that the toy target leaves out, and admits it. */
const LEFT_OUT = [
  'auth.counted',
  'devices',
  'ingest.batch',
  'ingest.dallas',
  'ingest.milwaukee',
  'ingest.seattle',
  'ingest.sf',
  'ingest.tampa',
  'portals.polled',
  'posts',
  'privacy.figures',
  'review',
  'stream.replaced',
];

/** Rules that the toy target breaks on demand, each with the checks that are named for it. */
const SABOTAGES: Readonly<Record<string, readonly string[]>> = {
  'accepts-wrong-token': ['auth.wrong', 'auth.forged', 'auth.stream'],
  'agency-for-another': ['auth.agency'],
  'body-before-credential': ['auth.before-body'],
  'keeps-quitters': ['auth.left', 'preferences.leave'],
  'drops-idempotency': ['idempotency.same', 'idempotency.at-once'],
  'reused-key-accepted': ['idempotency.other-body'],
  'rejects-nothing': ['ingest.rejected'],
  reorders: ['ingest.order'],
  'wrong-close-code': ['stream.one-way'],
  'sequence-holes': ['stream.dense'],
  'sequences-shared': ['stream.dense', 'privacy.others'],
  'no-hello': ['stream.hello'],
  'ignores-radius': ['stream.audience', 'preferences.effect', 'rules.story'],
  'ignores-mute': ['stream.audience', 'preferences.mute'],
  'tells-audience': ['stream.bytes', 'privacy.others'],
  'no-resume': ['resume.after'],
  'resumes-one-too-many': ['resume.last'],
  'clock-stuck': ['clock.get', 'clock.age'],
  'never-cancels': ['rules.story'],
  'loses-some': ['rules.story'],
  'publishes-address': ['rules.story', 'privacy.frames', 'privacy.address'],
  'key-from-address': ['rules.story', 'privacy.address'],
  'onboarding-adds': ['onboarding.replaces'],
  'accepts-any-document': ['onboarding.invalid'],
  'crashes-on-garbage': ['limits.garbage'],
  'any-role': ['auth.role'],
  'keys-shared': ['idempotency.scope'],
  'resumes-unasked': ['resume.here'],
  'ahead-allowed': ['resume.ahead'],
  'keeps-only-heard': ['resume.broken'],
  'unchecked-wishes': ['preferences.invalid'],
  'unchecked-query': ['limits.query'],
  'unchecked-clock': ['clock.invalid'],
  'no-pong': ['stream.ping'],
  'decodes-paths': ['limits.paths'],
};

describe('conform', () => {
  it('passes a target of another make, but for what that leaves out', async () => {
    toy = await startToy();
    const findings = await check(toy, [], 5000);
    expect(findings.filter(({ state }) => state === 'fail')).toEqual([]);
    const skipped = findings.filter(({ state }) => state === 'skip').map(({ id }) => id);
    const groups = skipped.map((id) => (LEFT_OUT.includes(id) ? id : id.split('.')[0]));
    expect([...new Set(groups)].sort()).toEqual(LEFT_OUT);
    expect(findings.length).toBe(CHECK_GROUPS.reduce((n, { checks }) => n + checks.length, 0));
  });

  it.each(Object.entries(SABOTAGES))('%s is found by %j', async (sabotage, ids) => {
    toy = await startToy(sabotage);
    const findings = await check(toy, ids, 1000);
    expect(findings.map(({ id, state }) => `${id} ${state}`).sort()).toEqual(ids.map((id) => `${id} fail`).sort());
  });

  it('echoes-body is found by privacy.refusals, whoever was refused', async () => {
    toy = await startToy('echoes-body');
    const findings = await check(toy, ['ingest.rejected', 'privacy.refusals'], 1000);
    expect(findings.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'ingest.rejected pass',
      'privacy.refusals fail',
    ]);
  });

  it('gives up on a target that falls silent, and says what was not run', async () => {
    toy = await startToy('crashes-on-garbage');
    const findings = await check(toy, ['limits', 'privacy'], 1000);
    const at = findings.findIndex(({ state }) => state === 'fail');
    const after = findings.slice(at).map(({ state }) => state);
    expect(after.slice(0, 3)).toEqual(['fail', 'fail', 'fail']);
    expect(after.slice(3).every((state) => state === 'skip')).toBe(true);
    expect(findings.at(-1)!.found).toContain('no longer answers');
  });

  it('names a target that is down, and one that is no platform', async () => {
    toy = await startToy();
    await toy.stop();
    await expect(check(toy, [], 1000)).rejects.toMatchObject({ code: 'HB_TARGET', exitCode: 1 });

    const garbage = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-nothing of the kind\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(garbage.address() as AddressInfo).port}`);
    await expect(check({ ...toy, url }, [], 1000)).rejects.toMatchObject({ code: 'HB_TARGET' });
    garbage.close();
  });

  it('needs the harness key of its target', async () => {
    toy = await startToy();
    await expect(check({ ...toy, harnessKey: 'another' }, [], 1000)).rejects.toMatchObject({ code: 'HB_TARGET' });
  });
});
