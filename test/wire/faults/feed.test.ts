/** Feeds that misbehave: the same record a thousand times, and an agency whose clock is hours off. */
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eidoValue } from '../../../reference-impl/pipeline/testbed.testing.ts';
import { HARNESS_KEY, onboardingDocument, token } from '../../../reference-impl/server/http/town.testing.ts';
import { metric, onboard, openStream, until } from '../../../reference-impl/server/serve.testing.ts';
import { HEADERS, PATHS, type CadAccepted } from '../../../contract/wire.ts';
import {
  counted,
  expectSound,
  faultFolder,
  killAll,
  placeIn,
  recordTown,
  runTown,
  startServe,
} from './fault-run.testing.ts';

const COPIES = 1000;
const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

describe('a feed that sends the same record 1,000 times', { timeout: 180_000 }, () => {
  it('makes one alert and 999 receipts that say so', async () => {
    const serve = await startServe({ ...(await placeIn(folder.path, 'same')), key: HARNESS_KEY });
    await onboard(serve.http, onboardingDocument());
    const client = await openStream(serve.http, 2);
    const body = JSON.stringify(eidoValue({ id: 'r1', nature: '459', place: '2854 W MAPLE ST', minute: 0 }));
    const outcomes: string[] = [];
    const send = async (i: number): Promise<void> => {
      const answer = await fetch(serve.http + PATHS.cad.replace(':agency', 'pd-0'), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token('agency', 'pd-0')}`,
          'content-type': 'application/json',
          [HEADERS.idempotencyKey]: `copy-${i}`,
        },
        body,
      });
      expect(answer.status).toBe(202);
      const { rows } = (await answer.json()) as CadAccepted;
      outcomes.push(...rows.map(({ outcome }) => outcome));
    };
    await send(0);
    const before = await items(serve.http);
    for (let i = 1; i < COPIES; i += 37)
      await Promise.all(Array.from({ length: Math.min(37, COPIES - i) }, (_, n) => send(i + n)));
    await until('the alert', () => client.messages.length > 0);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(COPIES - 1);
    expect(await counted(serve.http, 'hundredblock_cad_rows_total', 'outcome="duplicate"')).toBe(COPIES - 1);
    expect(await counted(serve.http, 'hundredblock_messages_published_total')).toBe(1);
    // A record that came a thousand times takes no more room than one that came once.
    expect(await items(serve.http)).toEqual(before);
    await client.socket.close();
    expect(client.messages).toHaveLength(1);
  });
});

/** What the pipeline holds, by kind. */
async function items(url: string): Promise<number[]> {
  return Promise.all(
    ['records', 'groups', 'tickets'].map((kind) => metric(url, `hundredblock_pipeline_items{kind="${kind}"}`)),
  );
}

describe.each([
  ['two hours ahead', 7_200_000, 'future-dated'],
  ['two hours behind', -7_200_000, 'too-old'],
])('an agency whose clock is %s', { timeout: 240_000 }, (name, skewMs, reason) => {
  it(`has its records kept back as ${reason}, on both clocks alike, and the other agency is as ever`, async () => {
    const skew = [`faults.clockSkewMs=${skewMs}`, 'faults.clockSkewAgencies=1', 'reactions.enabled=false'];
    const town = await recordTown(join(folder.path, `trace ${name}`), 6, skew);
    const serve = await startServe(await placeIn(folder.path, `data ${name}`));
    const run = await runTown(town, serve, join(folder.path, `out ${name}`));
    expectSound(town, run);
    expect(run.judged.sameOutcome.unexplained).toBe(0);
    const [skewed, other] = town.trace.onboarding.agencies.map(({ id }) => id);
    const alerts = (agency: string) =>
      run.judged.judgement.lines.filter((line) => line.agency === agency && line.msgType === 'Alert').length;
    expect(alerts(skewed)).toBe(0);
    expect(alerts(other)).toBeGreaterThan(0);
    expect(run.judged.judgement.suppressed[reason]).toBeGreaterThan(0);
    expect(await counted(serve.http, 'hundredblock_suppressed_total', `reason="${reason}"`)).toBeGreaterThan(0);
  });
});
