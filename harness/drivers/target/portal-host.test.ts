import { afterEach, describe, expect, test } from 'vitest';
import { PortalHost, type Snapshot } from './portal-host.ts';
import { locate, SendLog } from '../observations/send-log.ts';

const hosts: PortalHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

const EVERY_MS = 60_000;
const ask = async (url: string, etag?: string) => {
  const answer = await fetch(url, { headers: etag === undefined ? {} : { 'if-none-match': etag } });
  const headers = Object.fromEntries(answer.headers);
  return {
    status: answer.status,
    id: headers['hundredblock-message-id'],
    etag: headers['etag'],
    body: await answer.text(),
  };
};

function snapshot(poll: number, afterMs: number): Snapshot {
  const polledMs = poll * EVERY_MS;
  const body = Buffer.from(`{"poll":${poll}}`);
  return {
    polledMs,
    atMs: polledMs + afterMs,
    messageId: `m${poll}`,
    etag: `"${poll}"`,
    body,
    record: null,
    line: poll,
  };
}

/** A portal of agency 3 whose wall clock is moved by hand, at 60 platform seconds a wall second. */
async function start(snapshots: readonly Snapshot[]) {
  const log = new SendLog();
  const wall = { ms: 0 };
  const host = await PortalHost.start([{ agency: 3, everyMs: EVERY_MS }], log, () => wall.ms);
  hosts.push(host);
  for (const one of snapshots) host.offer(3, one);
  const clock = { originWallMs: 0, originMs: 0, speed: 60 };
  const record = (at: number) => {
    const { block, i } = locate(
      log.close(() => 'never-polled'),
      at,
    );
    return { line: block.line[i], sentMs: block.sentMs[i], status: block.status[i], intendedMs: block.intendedMs[i] };
  };
  return { host, log, wall, clock, url: host.urls.get(3) ?? '', record };
}

describe('a portal', () => {
  test('answers the poll nearest in time, and only if the trace has an answer', async () => {
    const { host, wall, clock, url } = await start([snapshot(1, 0), snapshot(2, 0), snapshot(4, 0)]);
    expect((await ask(url)).status).toBe(503);
    host.launch(clock);
    const asked: [number, number, string | undefined][] = [
      [499, 503, undefined],
      [501, 200, 'm1'],
      [1499, 200, 'm1'],
      [1501, 200, 'm2'],
      [3000, 503, undefined],
      [4400, 200, 'm4'],
      [4600, 503, undefined],
    ];
    for (const [ms, status, id] of asked) {
      wall.ms = ms;
      expect([ms, await ask(url)]).toEqual([ms, expect.objectContaining({ status, id })]);
    }
    expect((await ask(url.replace('/3/', '/4/'))).status).toBe(404);
  });

  test('holds the answer back until it reached the platform in the world', async () => {
    const { host, log, wall, clock, url, record } = await start([snapshot(1, 12_000)]);
    host.launch(clock);
    wall.ms = 1000;
    const startMs = performance.now();
    expect(await ask(url)).toMatchObject({ status: 200, body: '{"poll":1}', id: 'm1' });
    // 12 platform seconds are 200 ms.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(195);
    host.fire(3, EVERY_MS, 1200);
    expect([log.taken, log.acknowledged, host.unasked.size]).toEqual([1, 1, 0]);
    expect(record(0)).toMatchObject({ line: 1, status: 200, intendedMs: 1200, sentMs: 1000 });
  });

  test('answers 304 if the target knows it, and counts each poll once', async () => {
    const { host, log, wall, clock, url, record } = await start([snapshot(1, 0)]);
    host.launch(clock);
    wall.ms = 1000;
    expect(await ask(url, '"1"')).toMatchObject({ status: 304, body: '' });
    expect(await ask(url)).toMatchObject({ status: 200 });
    expect([log.taken, log.acknowledged]).toEqual([1, 1]);
    expect(record(0).status).toBe(304);
  });

  test('a snapshot that nobody asked for is never polled; one asked for late is sent late', async () => {
    const { host, log, wall, clock, url } = await start([snapshot(1, 0), snapshot(2, 0)]);
    host.launch(clock);
    host.fire(3, EVERY_MS, 1000);
    host.fire(3, 2 * EVERY_MS, 2000);
    expect([log.taken, log.sent, host.unasked.size]).toEqual([2, 0, 2]);
    wall.ms = 2400;
    expect((await ask(url)).id).toBe('m2');
    expect([log.sent, host.unasked.size]).toEqual([1, 1]);
    // Polls long past are forgotten.
    for (let poll = 3; poll < 50; poll += 1) {
      host.offer(3, snapshot(poll, 0));
      host.fire(3, poll * EVERY_MS, poll * 1000);
    }
    wall.ms = 1000;
    expect((await ask(url)).status).toBe(503);
  });
});
