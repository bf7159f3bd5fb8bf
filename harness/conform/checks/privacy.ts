/**
 * Checks of privacy: residents can read neither the exact place nor anything about other residents, and refusals repeat nothing that was
 * sent. This group runs last.
 */
import { PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import type { TestTarget, TestTownOptions } from '../test-town.ts';
import { BESIDE, HIGH, NEAR, openTestTown } from '../test-town.ts';

export const privacyChecks: CheckGroup = {
  name: 'privacy',
  checks: [
    {
      name: 'frames',
      says: 'no private string of a record is in any message',
      async run(town) {
        const listener = await town.listen(NEAR);
        for (const number of [254, 200, 299]) await town.push(town.record({ number }));
        await town.settle(listener);
        const text = listener.raw.join('\n');
        const found = [town.target.canary, '555-0142', 'ZELDA', 'Zelda', '254 W MAPLE', '299 W MAPLE'].filter((one) =>
          text.includes(one),
        );
        must(found.length === 0, `${found.length} private strings`);
        return `${listener.raw.length} frames, none`;
      },
    },
    {
      name: 'address',
      says: "worlds that differ only in the house number on a hundred-block are the same to a resident's eyes, byte for byte",
      async run({ target }) {
        const one = await viewOf(target, { number: 254 });
        const other = await viewOf(target, { number: 203 });
        return mustBeSame(one, other);
      },
    },
    {
      name: 'others',
      says: "worlds that differ only in who else is there are the same to a resident's eyes, byte for byte",
      async run({ target }) {
        const one = await viewOf(target, { number: 254 });
        const crowd = Array.from({ length: 30 }, (_, i) => ({
          id: 100 + i,
          x: 2000 + 40 * i,
          y: 5100,
          radiusDm: 2000,
        }));
        const other = await viewOf(
          target,
          { number: 254 },
          { others: [{ id: 1, x: 2500, y: 5000, radiusDm: 3000 }, ...crowd] },
        );
        return mustBeSame(one, other);
      },
    },
    {
      name: 'refusals',
      says: 'no refusal repeats anything that was sent, in its body or its headers',
      async run({ target: { client, canary } }) {
        const leaks = client.refusals.filter((text) => text.toLowerCase().includes(canary.toLowerCase())).length;
        must(leaks === 0, `${leaks} of ${client.refusals.length} refusals hold what was sent`);
        return `${client.refusals.length} refusals, none`;
      },
    },
    {
      name: 'figures',
      says: 'no private string is in the metrics',
      async run({ target }) {
        const metrics = await target.client.send('GET', PATHS.metrics, { token: target.harnessKey });
        if (metrics.status === 404) throw new LeftOut(`${PATHS.metrics}: 404`);
        const found = [target.canary, '555-0142', 'W MAPLE'].filter((one) => metrics.text.includes(one));
        must(found.length === 0, `${found.length} private strings`);
        return `${metrics.text.split('\n').length} lines, none`;
      },
    },
  ],
};

// --- internal ---

const DAY_MS = 86_400_000;

/** All text that three residents can read of a short story: frames and pages, with their sizes and order. */
async function viewOf(
  target: TestTarget,
  { number }: { number: number },
  options: TestTownOptions = {},
): Promise<string> {
  // If the clock can't be stopped, published times are rounded to the day, so that they are the same a second later.
  const town = await openTestTown(target, { ...options, timeRoundingMs: target.hasClock ? undefined : DAY_MS });
  try {
    const listeners = [await town.listen(NEAR), await town.listen(BESIDE), await town.listen(HIGH)];
    const told = town.record({ number, recordId: 'P1' });
    await town.push(told);
    await town.push(town.record({ number: 350, recordId: 'P2', event: 'arson' }));
    await town.push({ ...told, event: 'robbery', updatedMs: told.updatedMs + 100 });
    await town.push({ ...told, status: 'cancelled', updatedMs: told.updatedMs + 200 });
    await town.settle(...listeners);
    const late = await town.listen(NEAR, { query: '?after=0' });
    await late.until(() => late.frames.length === listeners[0].frames.length, 'what was sent before');
    const token = town.token('resident', NEAR);
    const page = await target.client.send('GET', PATHS.alerts, { token });
    const { date: _date, ...headers } = page.headers;
    const paged = page.status === 200 ? [JSON.stringify(headers), page.text] : [];
    return [...[...listeners, late].map(({ raw }) => raw.join('\n')), ...paged].join('\n\n');
  } finally {
    await town.close();
  }
}

function mustBeSame(one: string, other: string): string {
  const [a, b] = [one.split('\n'), other.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  must(one === other, `${Math.abs(one.length - other.length)} bytes longer or shorter, differing in line ${at + 1}`);
  return `${one.length} bytes, the same`;
}
