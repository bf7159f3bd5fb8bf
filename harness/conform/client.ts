/** HTTP to a target: plain requests, and bytes on a bare socket where a client library would not send what a check must. */
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { REFUSALS, type Refusal } from '../../contract/wire.ts';
import { LeftOut, Missed, must, NoAnswer } from './outcome.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface Sent {
  token?: string;
  headers?: Record<string, string>;
  body?: string;
}

const ANSWER_MS_MAX = 10_000;

export interface Client {
  readonly url: URL;
  /** Throws NoAnswer where none came. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Writes `bytes`, and answers what came back until `enough` says so, the target ended the connection, or the time is over. */
  raw(bytes: string | Buffer, enough?: (text: string) => boolean, waitMs?: number): Promise<RawAnswer>;
  /** Answers of refusals so far, with their heads: nothing that was sent may stand in them. */
  readonly refusals: string[];
  close(): Promise<void>;
}

export interface RawAnswer {
  text: string;
  /** True where the target ended the connection. */
  ended: boolean;
}

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

/** Status codes in what came back on a bare socket, in order. */
export function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

/** The answer's body as JSON; throws Missed where it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // What it is instead is told below.
  }
  throw new Missed(`status ${answer.status}, a body that is no JSON object`);
}

/** Answers the refusal in words; throws Missed unless it is one of these codes, each with its status and body. */
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

/** Answers the status; throws Missed unless it is 2xx. */
export function mustTake(answer: Answer): string {
  must(answer.status >= 200 && answer.status < 300, `expected 2xx, found ${describeAnswer(answer)}`);
  return String(answer.status);
}

/** Throws LeftOut where the door answers 404 to one who may enter. */
export function mustHave(answer: Answer, what: string): Answer {
  if (answer.status === 404) throw new LeftOut(`${what}: 404`);
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
    // A broken pipe ends nothing yet: the answer may still be on its way in.
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
