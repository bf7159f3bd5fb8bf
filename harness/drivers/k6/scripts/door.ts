/** Sends one input to its HTTP door, again if it was refused for now, and says what became of it. */
import http, { type RefinedResponse } from 'k6/http';
import { CATEGORIES } from '../../../../contract/catalogue.ts';
import type { RowReceipt } from '../../../../contract/pipeline.ts';
import type { PreferenceChange } from '../../../../contract/roster.ts';
import { retryAfterMs } from '../../session/backoff.ts';
import { tokenOf } from './credential.ts';
import type { SendTuple } from './log-lines.ts';
import type { DoorInput } from './trace.ts';
import { sleep } from './waiting.ts';
import { HEADERS, MEDIA, PATHS, refusalOf } from './wire.ts';

/** The target's HTTP doors, and how long they are tried. */
export interface Door {
  target: string;
  credentialSecret: string;
  /** Attempts at one request. */
  triesMax: number;
  /** Wall time at which nothing is tried again. */
  untilMs: number;
}

/** How an input fared at its door. Times are Unix ms. */
export interface Requested {
  sentMs: number;
  answeredMs: number | null;
  status: number | null;
  tries: number;
  failure: string | null;
  rows: RowReceipt[] | null;
}

/** Never throws: `failure` says what went wrong. */
export async function sendInput(door: Door, input: DoorInput): Promise<Requested> {
  const requests = requestsOf(door.credentialSecret, input);
  const sentMs = Date.now();
  let tries = 0;
  let last: Attempt = { status: null, failure: 'connection', rows: null };
  for (const request of requests) {
    let own = 0;
    do {
      own += 1;
      last = await attempt(door, request);
    } while (last.waitMs !== undefined && own < door.triesMax && (await mayWait(door, last.waitMs)));
    tries = Math.max(tries, own);
    if (last.failure !== null) break;
  }
  const { status, failure, rows } = last;
  return { sentMs, answeredMs: failure === null ? Date.now() : null, status, tries, failure, rows };
}

/** A line of the log. `lagMs`: null for an input that was not planned by the clock. */
export function sendTuple(line: number, intendedMs: number, lagMs: number | null, requested: Requested): SendTuple {
  const { sentMs, answeredMs, status, tries, failure, rows } = requested;
  return [line, intendedMs, lagMs, sentMs, answeredMs, status, tries, failure, rows];
}

/**
 * Messages that share a lane are sent one after the other, so that they arrive in order. k6 can't send on a connection on which an answer is
 * owed: an agency's messages have a lane for each record, as one for all would make the agency as slow as its answers.
 */
export function lanesOf(input: DoorInput): string[] {
  switch (input.kind) {
    case 'cad':
      return (input.records ?? ['']).map((record) => `${input.agency} ${record}`);
    case 'review':
      return [input.ticket];
    case 'post':
      return [`resident ${input.resident}`];
    case 'preference':
      return [`resident ${input.change.resident}`];
  }
}

// --- internal ---

const TIMEOUT = '20s';
const RECONNECT_MS = 50;
/** Wait before a decision is sent again whose ticket is not there yet. */
const LATE_MS = 250;
/** k6's error code of a request that timed out. */
const ERROR_TIMEOUT = 1050;

interface Request {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Its name in k6's metrics: without ids, so that series stay few. */
  name: string;
  token: string;
  headers: Record<string, string>;
  body: string | null;
  mayComeLate: boolean;
}

interface Attempt {
  status: number | null;
  failure: string | null;
  rows: RowReceipt[] | null;
  /** Set if it may be tried again: the wait before that. */
  waitMs?: number;
}

async function mayWait({ untilMs }: Door, ms: number): Promise<boolean> {
  if (Date.now() + ms > untilMs) return false;
  await sleep(ms);
  return true;
}

async function attempt({ target }: Door, request: Request): Promise<Attempt> {
  const response = await http.asyncRequest(request.method, target + request.path, request.body, {
    headers: { authorization: `Bearer ${request.token}`, ...request.headers },
    timeout: TIMEOUT,
    tags: { name: request.name },
  });
  const { status } = response;
  if (status === 0) {
    if (response.error_code === ERROR_TIMEOUT) return { status: null, failure: 'timeout', rows: null };
    return { status: null, failure: 'connection', rows: null, waitMs: RECONNECT_MS };
  }
  const rows = status === 202 || status === 422 ? rowsOf(response) : null;
  if (status >= 200 && status <= 299) return { status, failure: null, rows };
  const failure = codeOf(response) ?? refusalOf(status);
  if (status === 404 && request.mayComeLate) return { status, failure, rows, waitMs: LATE_MS };
  if (status !== 503 && status !== 429) return { status, failure, rows };
  const seconds = Number(response.headers['Retry-After'] ?? '1');
  return { status, failure, rows, waitMs: retryAfterMs(Number.isFinite(seconds) ? seconds : 1) };
}

type TextResponse = RefinedResponse<'text'>;

function jsonOf({ body }: TextResponse): { rows?: unknown; error?: { code?: unknown } } | null {
  try {
    return JSON.parse(body) as ReturnType<typeof jsonOf>;
  } catch {
    return null;
  }
}

function rowsOf(response: TextResponse): RowReceipt[] | null {
  const rows = jsonOf(response)?.rows;
  return Array.isArray(rows) ? (rows as RowReceipt[]) : null;
}

function codeOf(response: TextResponse): string | null {
  const code = jsonOf(response)?.error?.code;
  return typeof code === 'string' && /^[a-z-]{1,40}$/.test(code) ? code : null;
}

function requestsOf(secret: string, input: DoorInput): Request[] {
  const json = { 'content-type': MEDIA.json };
  const plain = { headers: {}, body: null, mayComeLate: false };
  switch (input.kind) {
    case 'cad': {
      const headers = {
        'content-type': input.dialect === 'seattle' ? MEDIA.csv : MEDIA.json,
        [HEADERS.idempotencyKey]: input.messageId,
        [HEADERS.dialect]: input.dialect,
      };
      const path = PATHS.cad.replace(':agency', input.agency);
      const token = tokenOf(secret, 'agency', input.agency);
      return [{ ...plain, method: 'POST', path, name: PATHS.cad, token, headers, body: input.body }];
    }
    case 'post': {
      const headers = { ...json, [HEADERS.idempotencyKey]: input.postId };
      const token = tokenOf(secret, 'resident', input.resident);
      const body = JSON.stringify({ text: input.text });
      return [{ ...plain, method: 'POST', path: PATHS.posts, name: PATHS.posts, token, headers, body }];
    }
    case 'review': {
      const path = PATHS.decision.replace(':ticket', encodeURIComponent(input.ticket));
      const token = tokenOf(secret, 'newsroom', 'newsroom');
      const body = JSON.stringify({ decision: input.decision });
      return [{ method: 'POST', path, name: PATHS.decision, token, headers: json, body, mayComeLate: true }];
    }
    case 'preference':
      return preferenceRequests(input.change, tokenOf(secret, 'resident', input.change.resident));
  }
}

/** Wishes first, then muting, then leaving: a resident who left finds no other door open. */
function preferenceRequests(change: PreferenceChange, token: string): Request[] {
  const plain = { token, headers: {}, body: null, mayComeLate: false };
  const requests: Request[] = [];
  const { radiusDm, categories, muted } = change;
  const wishes = {
    ...(radiusDm === undefined ? {} : { radiusM: radiusDm / 10 }),
    ...(categories === undefined ? {} : { categories: CATEGORIES.filter((_, bit) => ((categories >> bit) & 1) === 1) }),
  };
  if (Object.keys(wishes).length > 0) {
    const headers = { 'content-type': MEDIA.json };
    const body = JSON.stringify(wishes);
    requests.push({ ...plain, method: 'PATCH', path: PATHS.preferences, name: PATHS.preferences, headers, body });
  }
  if (muted !== undefined)
    requests.push({ ...plain, method: muted ? 'PUT' : 'DELETE', path: PATHS.mute, name: PATHS.mute });
  if (change.quit === true) requests.push({ ...plain, method: 'DELETE', path: PATHS.me, name: PATHS.me });
  return requests;
}
