/** Fetches the snapshots of public portals when they are due by the platform's clock. */
import { Agent, type Dispatcher } from 'undici';
import { wallMsOf } from '../../contract/clock.ts';
import type { Onboarding, Portal } from '../../contract/onboarding.ts';
import { agencyOf, dialectAt, type Agency } from './agencies.ts';
import { Refused, type Engine } from './service-api.ts';
import { errorFields, type Log } from './log.ts';
import { countRows, type Metrics, type PollOutcome } from './metrics.ts';

export interface PollerLimits {
  /** From the request to the last byte of the answer. */
  timeoutMs: number;
  /** Of an answer; also bound by the onboarding's bodyLengthMax. */
  bytesMax: number;
  /** Polls of one portal under way at a time: one may overtake another, since its as_of tells which is older. */
  underWayMax: number;
}

export const POLLER_LIMITS: Readonly<PollerLimits> = { timeoutMs: 10_000, bytesMax: 33_554_432, underWayMax: 4 };

export interface Poller {
  /** Breaks off what is under way. */
  stop(): Promise<void>;
}

export interface PollerOptions {
  engine: Engine;
  metrics: Metrics;
  log: Log;
  limits?: Readonly<PollerLimits>;
}

/**
 * Polls every agency whose feed in force is a portal's, at the platform times t at which (t - offsetMs) is a multiple of everyMs. A poll
 * that was missed, since the process was busy or the clock was set, is not made up for: the next one lists what is open then.
 * After failures in a row 1, 2, 4, ... 16 due polls are left out.
 */
export function createPoller(options: PollerOptions): Poller {
  return new PortalPoller(options);
}

// --- internal ---

/** The clock and the agencies are looked at this often; a poll that is due sooner is not kept waiting by it. */
const LOOK_MS = 200;
const KEEP_ALIVE_MS = 60_000;
const LEFT_OUT_MAX = 16;
const BYTES_PER_UNIT_MAX = 4;
const DISCARDED_BYTES_MAX = 65_536;

interface PortalDesk {
  agency: Agency;
  portal: Portal;
  /** Platform times of the next poll and of the last one that was due. */
  dueMs: number;
  polledMs: number;
  underWay: number;
  /** Polls that ever set out, and how many of them had when the last failure was noted. */
  setOut: number;
  failedUpTo: number;
  /** Failures in a row, and how many due polls are still left out for them. */
  failures: number;
  leaveOut: number;
  /** Headers that ask for a snapshot only if it is another than the one taken for `validatedMs`. */
  validators: Record<string, string>;
  validatedMs: number;
}

/** Onboarding took only portals on this machine. */
function desksOf(onboarding: Onboarding): PortalDesk[] {
  return onboarding.agencies.flatMap(({ id, portal }) => {
    const agency = agencyOf(onboarding, id);
    if (portal === null || agency === undefined) return [];
    return [
      {
        agency,
        portal,
        dueMs: Infinity,
        polledMs: -Infinity,
        underWay: 0,
        setOut: 0,
        failedUpTo: 0,
        failures: 0,
        leaveOut: 0,
        validators: {},
        validatedMs: -Infinity,
      },
    ];
  });
}

function lastDueMs({ everyMs, offsetMs }: Portal, nowMs: number): number {
  return offsetMs + Math.floor((nowMs - offsetMs) / everyMs) * everyMs;
}

/** The first at or after that moment. */
function firstDueMs(portal: Portal, fromMs: number): number {
  return lastDueMs(portal, fromMs - 1) + portal.everyMs;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

class BadAnswer extends Error {
  readonly outcome: PollOutcome;
  constructor(outcome: PollOutcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** The text of a 200 answer in JSON, at most that many bytes. Throws BadAnswer, and lets go of what is still to come. */
async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, bytesMax: number): Promise<string> {
  try {
    if (statusCode !== 200) throw new BadAnswer('status');
    const type = String(headers['content-type'] ?? '').toLowerCase();
    if (!/^application\/json\s*(;|$)/.test(type) || headers['content-encoding'] !== undefined)
      throw new BadAnswer('wrong-type');
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new BadAnswer('too-large');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    body.on('error', () => {}).destroy();
    throw error;
  }
}

function validatorsOf(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const validators: Record<string, string> = {};
  if (typeof headers.etag === 'string') validators['if-none-match'] = headers.etag;
  if (typeof headers['last-modified'] === 'string') validators['if-modified-since'] = headers['last-modified'];
  return validators;
}

/** A portal may name its answers, so that they can be told apart afterwards. */
function messageIdOf(headers: Dispatcher.ResponseData['headers']): string | null {
  const id = headers['hundredblock-message-id'];
  return typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? id : null;
}

function outcomeOf(error: unknown): PollOutcome {
  if (error instanceof BadAnswer) return error.outcome;
  const { name, code = '' } = error as NodeJS.ErrnoException;
  return name === 'TimeoutError' || code.endsWith('_TIMEOUT') ? 'timeout' : 'connection';
}

class PortalPoller implements Poller {
  readonly #engine: Engine;
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #limits: Readonly<PollerLimits>;
  readonly #agent: Agent;
  readonly #stopping = new AbortController();
  #desks: PortalDesk[] = [];
  #armedFor: Onboarding | null = null;
  #armedClock = '';
  #timer: NodeJS.Timeout | null = null;

  constructor({ engine, metrics, log, limits = POLLER_LIMITS }: PollerOptions) {
    this.#engine = engine;
    this.#metrics = metrics;
    this.#log = log;
    this.#limits = limits;
    this.#agent = new Agent({
      connections: limits.underWayMax,
      pipelining: 1,
      connect: { timeout: limits.timeoutMs },
      headersTimeout: limits.timeoutMs,
      bodyTimeout: limits.timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    this.#tick();
  }

  #arm(): void {
    const { onboarding } = this.#engine;
    const clock = JSON.stringify(this.#engine.clock());
    if (onboarding === this.#armedFor && clock === this.#armedClock) return;
    if (onboarding !== this.#armedFor) this.#desks = onboarding === null ? [] : desksOf(onboarding);
    this.#armedFor = onboarding;
    this.#armedClock = clock;
    for (const desk of this.#desks)
      desk.dueMs = firstDueMs(desk.portal, Math.max(this.#engine.nowMs(), desk.polledMs + 1));
  }

  /** A clock that stands still makes nothing due; one that is yet to start makes nothing due before it does. */
  #dueInMs(desk: PortalDesk): number {
    const clock = this.#engine.clock();
    return clock.speed === 0 ? Infinity : wallMsOf(clock, desk.dueMs) - Date.now();
  }

  #tick(): void {
    this.#arm();
    let sleepMs = LOOK_MS;
    for (const desk of this.#engine.phase === 'serving' ? this.#desks : []) {
      if (this.#dueInMs(desk) <= 0) {
        desk.polledMs = Math.max(desk.dueMs, lastDueMs(desk.portal, this.#engine.nowMs()));
        desk.dueMs = desk.polledMs + desk.portal.everyMs;
        if (dialectAt(desk.agency, desk.polledMs) === 'dallas') void this.#poll(desk, desk.polledMs);
      }
      sleepMs = Math.min(sleepMs, this.#dueInMs(desk));
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(sleepMs)));
  }

  #count(outcome: PollOutcome): void {
    this.#metrics.count('hundredblock_polls_total', { outcome });
  }

  async #poll(desk: PortalDesk, dueMs: number): Promise<void> {
    if (desk.leaveOut > 0) {
      desk.leaveOut--;
      this.#count('backing-off');
      return;
    }
    if (desk.underWay >= this.#limits.underWayMax) {
      this.#count('busy');
      return;
    }
    desk.underWay++;
    const number = ++desk.setOut;
    try {
      const outcome = await this.#fetchAndSubmit(desk, dueMs);
      this.#succeeded(desk);
      this.#count(outcome);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(desk, number, error);
    } finally {
      desk.underWay--;
    }
  }

  async #fetchAndSubmit(desk: PortalDesk, dueMs: number): Promise<PollOutcome> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#limits.timeoutMs)]);
    const answer = await this.#agent.request({
      origin: new URL(desk.portal.url).origin,
      path: pathOf(desk.portal.url),
      method: 'GET',
      headers: { accept: 'application/json', ...desk.validators },
      signal,
    });
    if (answer.statusCode === 304) {
      await answer.body.dump({ limit: DISCARDED_BYTES_MAX, signal });
      return 'unchanged';
    }
    const bodyLengthMax = this.#engine.onboarding?.bodyLengthMax ?? 0;
    const body = await readAnswer(answer, Math.min(this.#limits.bytesMax, bodyLengthMax * BYTES_PER_UNIT_MAX));
    return this.#submit(desk, dueMs, body, answer.headers);
  }

  /** The validators are kept only once the snapshot is on disk: else the next answer would be 304 for something never taken. */
  async #submit(
    desk: PortalDesk,
    dueMs: number,
    body: string,
    headers: Dispatcher.ResponseData['headers'],
  ): Promise<PollOutcome> {
    const agency = desk.agency.id;
    const messageId = messageIdOf(headers) ?? `${agency}-poll-${dueMs}`;
    try {
      const { rows } = await this.#engine.submit({ kind: 'cad', messageId, agency, dialect: 'dallas', body }, null);
      this.#metrics.count('hundredblock_cad_messages_total', { agency, dialect: 'dallas', via: 'poll' });
      countRows(this.#metrics, rows);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#log.warn('poll-not-taken', { agency, refusal: error.refusal });
      return error.refusal === 'overloaded' ? 'overloaded' : 'not-taken';
    }
    if (dueMs > desk.validatedMs) {
      desk.validatedMs = dueMs;
      desk.validators = validatorsOf(headers);
    }
    return 'taken';
  }

  #succeeded(desk: PortalDesk): void {
    desk.failures = 0;
    desk.leaveOut = 0;
  }

  #failed(desk: PortalDesk, number: number, error: unknown): void {
    const outcome = outcomeOf(error);
    this.#count(outcome);
    // Polls that had set out before the last failure was known are part of it.
    if (number > desk.failedUpTo) {
      desk.failedUpTo = desk.setOut;
      desk.leaveOut = Math.min(LEFT_OUT_MAX, 2 ** desk.failures);
      desk.failures++;
    }
    const fields = error instanceof BadAnswer ? {} : errorFields(error);
    this.#log.warn('poll-failed', { agency: desk.agency.id, outcome, failures: desk.failures, ...fields });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#agent.destroy();
  }
}
