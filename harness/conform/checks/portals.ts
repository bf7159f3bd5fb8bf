/** Checks of portals: a real one is opened here, and the target must poll it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CATEGORY_LABELS } from '../../../contract/catalogue.ts';
import { MEDIA } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must, Missed } from '../outcome.ts';
import { bodyIn } from '../dialect-body.ts';
import { isBarrier, NEAR, openTestTown, setClock, TOWN_START_MS, type TestTown } from '../test-town.ts';

export const portalChecks: CheckGroup = {
  name: 'portals',
  checks: [
    {
      name: 'polled',
      says: 'the portal is asked at its times, with the ETag of the last answer, and what it lists leads to alerts',
      async run({ target }) {
        const portal = await openPortal();
        const everyMs = EVERY_MS;
        const town = await openTestTown(target, { portal: { url: portal.url, everyMs, offsetMs: 0 } });
        try {
          return await watch(town, portal);
        } finally {
          await town.close();
          await portal.close();
        }
      },
    },
  ],
};

// --- internal ---

const EVERY_MS = 1000;
const POLLS = 3;
const WAIT_MS = 10_000;
/** If there was no poll within this time, none will come. */
const NONE_MS = 3500;
const ETAG = '"conform-1"';

interface PortalServer {
  url: string;
  /** The body that is served; null: the portal answers 503. */
  body: string | null;
  asked: IncomingHttpHeaders[];
  close(): Promise<void>;
}

function openPortal(): Promise<PortalServer> {
  const portal: PortalServer = { url: '', body: null, asked: [], close: () => closeServer(server) };
  const server = createServer((request, response) => {
    portal.asked.push(request.headers);
    if (portal.body === null) response.writeHead(503).end();
    else if (request.headers['if-none-match'] === ETAG) response.writeHead(304, { etag: ETAG }).end();
    else response.writeHead(200, { 'content-type': MEDIA.json, etag: ETAG }).end(portal.body);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      portal.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calls.json`;
      resolve(portal);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function watch(town: TestTown, portal: PortalServer): Promise<string> {
  const listener = await town.listen(NEAR);
  const { canary, hasClock } = town.target;
  const startMs = hasClock ? TOWN_START_MS : Math.floor(Date.now() / 1000) * 1000;
  const told = town.record({
    event: 'robbery',
    incidentMs: startMs - 120_000,
    updatedMs: startMs - 60_000,
    number: 250,
  });
  portal.body = bodyIn('dallas', told, 2500, 5000, canary);
  if (hasClock) await setClock(town.target, { originWallMs: Date.now(), originMs: TOWN_START_MS, speed: 1 });
  const sinceMs = Date.now();
  const waitMs = () => (portal.asked.length === 0 ? NONE_MS : WAIT_MS);
  while (portal.asked.length < POLLS && Date.now() - sinceMs < waitMs())
    await new Promise((resolve) => setTimeout(resolve, 50));
  if (portal.asked.length === 0) throw new LeftOut(`not asked in ${NONE_MS / 1000} s`);
  must(portal.asked.length >= POLLS, `asked ${portal.asked.length} times in ${WAIT_MS / 1000} s`);
  const alertOf = () => listener.frames.find(({ text }) => !isBarrier(text));
  await listener.until(() => alertOf() !== undefined, 'an alert for what the portal lists');
  const alert = JSON.parse(alertOf()!.text) as { info: { event: string } };
  if (alert.info.event !== CATEGORY_LABELS.robbery) throw new Missed('an alert for something else');
  const conditional = portal.asked.slice(1).filter((headers) => headers['if-none-match'] === ETAG).length;
  must(conditional >= POLLS - 2, `${conditional} of ${portal.asked.length - 1} later polls had If-None-Match`);
  return `asked ${portal.asked.length} times, ${conditional} with If-None-Match, 1 alert`;
}
