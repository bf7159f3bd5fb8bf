import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATHS } from '../../../contract/wire.ts';
import { eidoValue } from '../../pipeline/testbed.testing.ts';
import { HARNESS_KEY, openTown, token, type Town } from './town.testing.ts';

const CANARY = 'zebedee';
let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

describe('what was sent', () => {
  it('comes back in no error, no header of one, no log line and no figure', async () => {
    const tokens = [
      token('agency', 'pd-0'),
      token('resident', 1),
      token('newsroom', 'newsroom'),
      HARNESS_KEY,
      CANARY,
      `resident.${CANARY}.x`,
      `${CANARY}.1.x`,
    ];
    const bodies = [
      undefined,
      CANARY,
      `{"text":"${CANARY}"`,
      `{"${CANARY}":"${CANARY}"}`,
      `{"id":"${CANARY}","body":"${CANARY}"}`,
    ];
    const types = ['application/json', 'application/x-ndjson', 'text/csv', `text/${CANARY}`];
    const paths = [
      ...Object.values(PATHS).filter((path) => path !== PATHS.docs),
      `/${CANARY}`,
      `/v1/agencies/${CANARY}/cad`,
      '/v1/agencies/pd-0/cad',
      `/v1/newsroom/tickets/${CANARY}/decision`,
      `${PATHS.docs}/static/${CANARY}`,
    ];
    let answers = 0;
    for (const [p, path] of paths.entries())
      for (const [t, bearer] of tokens.entries())
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          // The resident that asks shall not leave.
          if (method === 'DELETE' && path === PATHS.me) continue;
          const headers = {
            authorization: `Bearer ${bearer}`,
            'content-type': types[(p + t) % types.length],
            'idempotency-key': t % 2 === 0 ? `${CANARY} with a space` : `key-${p}-${t}`,
            'hundredblock-dialect': t % 3 === 0 ? CANARY : 'eido',
            'x-other': CANARY,
          };
          const body = method === 'GET' ? undefined : bodies[(p + t) % bodies.length];
          const answer = await fetch(`${town.url}${path}?since=${CANARY}&${CANARY}=1`, { method, headers, body });
          const text = await answer.text();
          const said = text + JSON.stringify([...answer.headers]);
          // A message taken or judged names its sender's key; none of these keys is the canary.
          expect(said.toLowerCase().includes(CANARY), `${method} ${path} ${answer.status} ${text}`).toBe(false);
          answers++;
        }
    expect(answers).toBeGreaterThan(500);
    expect(await kept()).not.toContain(CANARY);
  });

  it('in a record reaches neither the log nor the figures', async () => {
    const body = JSON.stringify(
      eidoValue(
        { id: CANARY, nature: '459', place: '2854 W MAPLE ST' },
        { notes: [CANARY], person: { personNameText: CANARY } },
      ),
    );
    const headers = {
      authorization: `Bearer ${token('agency', 'pd-0')}`,
      'content-type': 'application/json',
      'idempotency-key': CANARY,
    };
    for (const sent of [body, body, body.slice(0, -1)])
      await (await fetch(`${town.url}/v1/agencies/pd-0/cad`, { method: 'POST', headers, body: sent })).text();
    expect(await kept()).not.toContain(CANARY);
  });

  it('tells a resident the same of an incident wherever it was within what is published', async () => {
    const pages = await Promise.all(
      ['2800', '2854', '2899'].map(async (house) => {
        const own = await openTown();
        try {
          const body = JSON.stringify(
            eidoValue({ id: 'r1', nature: '459', place: `${house} W MAPLE ST` }, { notes: [`at ${house}`] }),
          );
          const cad = {
            authorization: `Bearer ${token('agency', 'pd-0')}`,
            'content-type': 'application/json',
            'idempotency-key': 'k',
          };
          await fetch(`${own.url}/v1/agencies/pd-0/cad`, { method: 'POST', headers: cad, body });
          const page = await fetch(own.url + PATHS.alerts, {
            headers: { authorization: `Bearer ${token('resident', 1)}` },
          });
          return [await page.text(), [...page.headers].filter(([name]) => name !== 'date')];
        } finally {
          await own.close();
        }
      }),
    );
    expect(pages[0][0]).toContain('2800 BLOCK W MAPLE ST');
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });
});

/** All that was logged and counted. */
async function kept(): Promise<string> {
  const figures = await town.metrics.registry.metrics();
  return (town.logLines.join('') + figures).toLowerCase();
}
