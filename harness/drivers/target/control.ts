/** The few requests about a run itself: whether the target is there, its onboarding, its clock and its metrics. */
import { Client } from 'undici';
import { HundredblockError } from '../../../contract/errors.ts';
import type { PlatformClock } from '../../../contract/clock.ts';
import { MEDIA, PATHS } from '../../../contract/wire.ts';

/** Requests about a run, on a connection of their own. */
export interface Control {
  /** Status of the door; null if no HTTP answer came. */
  health(): Promise<number | null>;
  ready(): Promise<number | null>;
  /** Throws HB_TARGET unless the target takes the document. */
  onboard(document: string): Promise<void>;
  /** Resolves with false if the target has no such clock (404). Throws HB_TARGET if it refuses or does not answer. */
  setClock(clock: PlatformClock): Promise<boolean>;
  /** Whether there is a clock to be set. Throws HB_TARGET if the target does not say. */
  hasClock(): Promise<boolean>;
  /** Text of /metrics; null if there is none. */
  metrics(): Promise<string | null>;
  close(): Promise<void>;
}

/** Whom to ask, and for how long. */
export interface ControlOptions {
  /** Such as `http://127.0.0.1:8080`. */
  origin: string;
  harnessKey: string | null;
  /** Longest wait for an answer to anything but the onboarding. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** Connects with the first request. `close` ends it. */
export function createControl({ origin, harnessKey, timeoutMs, signal }: ControlOptions): Control {
  const client = new Client(origin, { maxResponseSize: ANSWER_BYTES_MAX, connectTimeout: timeoutMs });
  const ask = async (
    method: 'GET' | 'PUT',
    path: string,
    limitMs: number,
    body?: string,
  ): Promise<{ status: number; text: string }> => {
    const limit = AbortSignal.timeout(limitMs);
    const answer = await client.request({
      method,
      path,
      body,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      headers: {
        ...(harnessKey === null ? {} : { authorization: `Bearer ${harnessKey}` }),
        ...(body === undefined ? {} : { 'content-type': MEDIA.json }),
      },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const expect = async (method: 'GET' | 'PUT', path: string, limitMs: number, body?: string): Promise<number> => {
    try {
      return (await ask(method, path, limitMs, body)).status;
    } catch (error) {
      throw new HundredblockError('HB_TARGET', `${method} ${path}: expected an answer, found ${reasonOf(error)}`);
    }
  };
  const statusOf = async (path: string): Promise<number | null> => {
    try {
      return (await ask('GET', path, timeoutMs)).status;
    } catch {
      return null;
    }
  };
  return {
    health: () => statusOf(PATHS.health),
    ready: () => statusOf(PATHS.ready),
    onboard: async (document) => {
      const status = await expect('PUT', PATHS.onboarding, ONBOARDING_MS, document);
      if (status < 200 || status > 299) throw refused(PATHS.onboarding, '2xx', status);
    },
    setClock: async (clock) => {
      const status = await expect('PUT', PATHS.clock, timeoutMs, JSON.stringify(clock));
      if (status === 404) return false;
      if (status < 200 || status > 299) throw refused(PATHS.clock, '2xx or 404', status);
      return true;
    },
    hasClock: async () => {
      if (harnessKey === null) return false;
      const status = await expect('GET', PATHS.clock, timeoutMs);
      if (status !== 200 && status !== 404) throw refused(PATHS.clock, '200 or 404', status);
      return status === 200;
    },
    metrics: async () => {
      try {
        const { status, text } = await ask('GET', PATHS.metrics, timeoutMs);
        return status === 200 ? text : null;
      } catch {
        return null;
      }
    },
    close: () => client.destroy(),
  };
}

// --- internal ---

/** Why a request failed, without what was sent or received. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'an error';
  return WORDS[word] ?? word;
}

/** Longest wait for an answer to the onboarding: a large one takes its time. */
const ONBOARDING_MS = 120_000;
const ANSWER_BYTES_MAX = 16 << 20;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection refused',
  ECONNRESET: 'the connection broken',
  UND_ERR_SOCKET: 'the connection broken',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  TimeoutError: 'none in time',
  AbortError: 'the run ended',
  HTTPParserError: 'something that is no HTTP',
};

function refused(path: string, expected: string, status: number): HundredblockError {
  return new HundredblockError('HB_TARGET', `${path}: expected ${expected}, found ${status}`);
}
