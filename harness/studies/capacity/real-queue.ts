/**
 * A queue of known capacity in real time, and a client that loads it: an HTTP server on a loopback port serves one request after the
 * other in a fixed time, lets a limited number wait, and refuses the others. It checks the search on a wall clock.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { exponential, keyedDraw } from '../../../simulator/kernel/random.ts';
import type { TrialOutcome } from './search.ts';

/** A running server with its client. */
export interface RealQueue {
  /** Sends Poisson arrivals in an open loop. The trial passes if nothing is refused, and is limited if requests left late. */
  trial(load: number, seconds: number, seed: string): Promise<TrialOutcome>;
  close(): Promise<void>;
}

/** `serviceRate`: requests served a second. `room`: most requests in the server, the one in service included. */
export async function startRealQueue(serviceRate: number, room: number): Promise<RealQueue> {
  const server = serverOf(serviceRate, room);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: room + 20, pipelining: 1 });
  return {
    trial: (load, seconds, seed) => drive(pool, load, seconds, seed),
    close: async () => {
      await pool.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// --- internal ---

/** If requests leave later than this, a queue runs empty that should have been full. */
const LAG_P99_MS_MAX = 20;

/** Room and service follow the clock, not timers: a late timer makes an answer late, but does not reduce the capacity. */
function serverOf(serviceRate: number, room: number): Server {
  const leavingMs: number[] = [];
  return createServer((_request, response) => {
    const nowMs = performance.now();
    while (leavingMs.length > 0 && leavingMs[0] <= nowMs) leavingMs.shift();
    if (leavingMs.length >= room) {
      response.writeHead(503).end();
      return;
    }
    const leaves = Math.max(nowMs, leavingMs.at(-1) ?? nowMs) + 1000 / serviceRate;
    leavingMs.push(leaves);
    setTimeout(() => response.writeHead(200).end(), leaves - nowMs);
  });
}

async function drive(pool: Pool, load: number, seconds: number, seed: string): Promise<TrialOutcome> {
  const draw = keyedDraw({ seed: 1, replication: 0 }, 'capacity/real', seed);
  const begunMs = performance.now();
  const lagsMs: number[] = [];
  const answers: Promise<boolean>[] = [];
  let dueMs = begunMs + 1000 * exponential(draw, 1 / load);
  while (dueMs < begunMs + 1000 * seconds) {
    const nowMs = performance.now();
    if (nowMs < dueMs) {
      await new Promise((resolve) => setTimeout(resolve, dueMs - nowMs));
      continue;
    }
    lagsMs.push(nowMs - dueMs);
    answers.push(isServed(pool));
    dueMs += 1000 * exponential(draw, 1 / load);
  }
  const served = await Promise.all(answers);
  lagsMs.sort((a, b) => a - b);
  return {
    passed: served.every(Boolean),
    limited: (lagsMs[Math.ceil(0.99 * lagsMs.length) - 1] ?? 0) > LAG_P99_MS_MAX,
  };
}

async function isServed(pool: Pool): Promise<boolean> {
  const { statusCode, body } = await pool.request({ method: 'GET', path: '/' });
  await body.dump();
  return statusCode === 200;
}
