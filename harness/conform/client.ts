/** HTTP to a target: plain requests, and bytes on a bare socket for checks that send what no client library would. */
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { REFUSALS, type Refusal } from '../../contract/wire.ts';
import { LeftOut, Missed, must, NoAnswer } from './outcome.ts';

/** An HTTP answer, its body as text. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Parts of a request; what is left out is not sent. */
export interface Sent {
  token?: string;
  headers?: Record<string, string>;
  body?: string;
}

const ANSWER_MS_MAX = 10_000;

/** Sends requests to one target. */
export interface Client {
  readonly url: URL;
  /** Throws NoAnswer if no answer came. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Writes `bytes` and collects what comes back until `enough` is true of it, the target ends the connection, or `waitMs` is over. */
  raw(bytes: string | Buffer, enough?: (text: string) => boolean, waitMs?: number): Promise<RawAnswer>;
  /** All refusals so far, heads and bodies: none may contain anything that was sent. */
  readonly refusals: string[];
  close(): Promise<void>;
}

/** The bytes that came back on a bare socket, as latin1 text. */
export interface RawAnswer {
  text: string;
  /** True if the target ended the connection. */
  ended: boolean;
}

/** A client for the target at `url`, which keeps every refusal that it gets. */
export function createClient(url: URL): Client {
  const agent = new Agent({ connections: 8, keepAliveTimeout: 1000, headersTimeout: ANSWER_MS_MAX });
  const refusals: string[] = [];
  const keep = (status: number, text: string): void => {
    if (status >= 400) refusals.push(text);
  };
  return {
    url,
    refusals,
    async send(method, path, { token, headers = {}, body } = {}) {
      const head = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers };
      try {
        const answer = await request(new URL(path, url), {
          method,
          headers: head,
          body,
          dispatcher: agent,
          bodyTimeout: ANSWER_MS_MAX,
        });
        const text = await answer.body.text();
        keep(answer.statusCode, `${JSON.stringify(answer.headers)}\n${text}`);
        return { status: answer.statusCode, headers: answer.headers, text };
      } catch (error) {
        throw new NoAnswer(`no answer to ${method}: ${codeOf(error)}`);
      }
    },
    async raw(bytes, enough = hasHead, waitMs = ANSWER_MS_MAX) {
      const answer = await exchange(url, bytes, enough, waitMs);
      keep(statusesOf(answer.text)[0] ?? 0, answer.text);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

/** All status codes in the text that came back on a bare socket, in order. */
export function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

/** The answer's body as a JSON object; throws Missed if it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The body is no JSON: reported below.
  }
  throw new Missed(`status ${answer.status}, a body that is no JSON object`);
}

/** The refusal in words; throws Missed unless it has one of these codes, with its status and body. */
export function mustRefuse(answer: Answer, ...codes: Refusal[]): string {
  const expected = codes.map((code) => `${REFUSALS[code]} ${code}`).join(' or ');
  const error = jsonOf(answer).error as { code?: unknown; message?: unknown } | undefined;
  const code = codes.find((name) => name === error?.code && REFUSALS[name] === answer.status);
  const found = `${answer.status} ${typeof error?.code === 'string' ? error.code : 'without a code'}`;
  must(code !== undefined, `expected ${expected}, found ${found}`);
  must(typeof error?.message === 'string', `${found}: error.message is missing`);
  if (REFUSALS[code] === 503) must(answer.headers['retry-after'] !== undefined, `${found}: Retry-After is missing`);
  return found;
}

/** The status; throws Missed unless it is 2xx. */
export function mustTake(answer: Answer): string {
  must(answer.status >= 200 && answer.status < 300, `expected 2xx, found ${describeAnswer(answer)}`);
  return String(answer.status);
}

/** Throws LeftOut if the answer to an authorised request is 404: the target leaves this path out. */
export function mustHave(answer: Answer, path: string): Answer {
  if (answer.status === 404) throw new LeftOut(`${path}: 404`);
  return answer;
}

/** Status and code of an answer, for messages. */
export function describeAnswer(answer: Answer): string {
  const code = /"code":"([a-z-]{1,40})"/.exec(answer.text)?.[1];
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
}

// --- internal ---

const hasHead = (text: string): boolean => text.includes('\r\n\r\n');

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return String(code ?? cause?.code ?? (error instanceof Error ? error.name : 'unknown'));
}

function exchange(
  url: URL,
  bytes: string | Buffer,
  enough: (text: string) => boolean,
  waitMs: number,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port || 80), url.hostname.replace(/^\[|\]$/g, ''));
    let text = '';
    let ended = false;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, ended });
    };
    const timer = setTimeout(finish, waitMs);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (part) => {
      text += part.toString('latin1');
      if (enough(text)) finish();
    });
    // A broken pipe does not end the exchange: the answer may still arrive.
    socket.on('error', () => (ended = true));
    socket.on('end', () => {
      ended = true;
      finish();
    });
    socket.on('close', () => {
      ended = true;
      finish();
    });
  });
}
