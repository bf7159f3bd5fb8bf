/** Turns inputs of a trace into the bytes that are sent, ahead of time: a sending thread only hands them to a socket. */
import { createHash } from 'node:crypto';
import { generate } from 'mqtt-packet';
import { CATEGORIES } from '../../../../contract/catalogue.ts';
import { tokenOf } from '../../../../contract/credentials.ts';
import { HundredblockError } from '../../../../contract/errors.ts';
import type { Onboarding } from '../../../../contract/onboarding.ts';
import type { PreferenceChange } from '../../../../contract/roster.ts';
import type { TraceInput } from '../../../../contract/trace.ts';
import { deviceTopic, HEADERS, MEDIA, PATHS, type Preferences } from '../../../../contract/wire.ts';
import type { Item } from '../thread/chunk.ts';
import type { ThreadRole } from '../thread/thread-protocol.ts';
import type { Endpoint } from '../thread/lean-socket.ts';

/** Encodes the inputs of one trace. */
export interface Encoder {
  /** HTTP connections that requests need: each names its connection by a number below this. */
  connections: number;
  /** Makes one item or more, all for the same thread. Throws HB_TRACE if an input can't be sent. */
  encode(line: number, input: TraceInput): { role: ThreadRole; items: Item[] };
}

/** Each agency has an HTTP connection of its own, so that its messages stay in order; residents share a few, each always the same one. */
export function createEncoder(
  onboarding: Onboarding,
  http: Endpoint,
  readsSlowly: (resident: number) => boolean,
): Encoder {
  const agencies = new Map(onboarding.agencies.map((agency, index) => [agency.id, index]));
  const secret = onboarding.credentialSecret;
  const host = `${http.host.includes(':') ? `[${http.host}]` : http.host}:${http.port}`;
  const agencyTokens = onboarding.agencies.map((agency) => tokenOf(secret, 'agency', agency.id));
  const newsroomToken = tokenOf(secret, 'newsroom', 'newsroom');
  const residentConnection = (resident: number): number => agencies.size + (resident % RESIDENT_CONNECTIONS);
  const newsroomConnection = agencies.size + RESIDENT_CONNECTIONS;
  const agencyOf = (line: number, id: string): number => {
    const index = agencies.get(id);
    if (index === undefined) throw bad(line, `an agency of the onboarding, found ${JSON.stringify(id)}`);
    return index;
  };
  const request = (given: Request): Buffer => requestBytes(host, given);
  const encode = (line: number, input: TraceInput): { role: ThreadRole; items: Item[] } => {
    const base = { line, atMs: input.atMs, kind: input.kind, extra: 0, bytes: EMPTY };
    switch (input.kind) {
      case 'cad': {
        const who = agencyOf(line, input.agency);
        const bytes = request({
          method: 'POST',
          path: PATHS.cad.replace(':agency', input.agency),
          token: agencyTokens[who],
          type: input.dialect === 'seattle' ? MEDIA.csv : MEDIA.json,
          key: visible(line, input.messageId),
          dialect: input.dialect,
          body: input.body,
        });
        return { role: 'sender', items: [{ ...base, who, bytes }] };
      }
      case 'snapshot': {
        const who = agencyOf(line, input.agency);
        const tag = `"${createHash('sha256').update(input.body).digest('base64url')}"`;
        const bytes = Buffer.from(`${visible(line, input.messageId)}\n${tag}\n${input.body}`);
        return { role: 'sender', items: [{ ...base, who, extra: input.polledMs, bytes }] };
      }
      case 'preference': {
        const { resident } = input.change;
        const parts = preferenceRequests(input.change, tokenOf(secret, 'resident', resident)).map(request);
        const who = residentConnection(resident);
        const items = parts.map((bytes, i) => ({ ...base, who, extra: parts.length - 1 - i, bytes }));
        if (items.length === 0) throw bad(line, 'a change of preferences, found none');
        return { role: 'sender', items };
      }
      case 'post': {
        const bytes = request({
          method: 'POST',
          path: PATHS.posts,
          token: tokenOf(secret, 'resident', input.resident),
          type: MEDIA.json,
          key: visible(line, input.postId),
          body: JSON.stringify({ text: input.text }),
        });
        return { role: 'sender', items: [{ ...base, who: residentConnection(input.resident), bytes }] };
      }
      case 'review': {
        const bytes = request({
          method: 'POST',
          path: PATHS.decision.replace(':ticket', encodeURIComponent(input.ticket)),
          token: newsroomToken,
          type: MEDIA.json,
          body: JSON.stringify({ decision: input.decision }),
        });
        return { role: 'sender', items: [{ ...base, who: newsroomConnection, bytes }] };
      }
      case 'connect':
        return {
          role: 'residents',
          items: [{ ...base, who: input.resident, extra: readsSlowly(input.resident) ? 1 : 0 }],
        };
      case 'disconnect':
        return { role: 'residents', items: [{ ...base, who: input.resident }] };
      case 'attach':
      case 'detach':
        return { role: 'doorbells', items: [{ ...base, who: input.doorbell }] };
      default:
        return { role: 'doorbells', items: [{ ...base, who: input.doorbell, ...publication(input) }] };
    }
  };
  return { connections: newsroomConnection + 1, encode };
}

// --- internal ---

const EMPTY = new Uint8Array(0);
const RESIDENT_CONNECTIONS = 4;

interface Request {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  token: string;
  type?: string;
  key?: string;
  dialect?: string;
  body?: string;
}

function requestBytes(host: string, { method, path, token, type, key, dialect, body }: Request): Buffer {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
    (type === undefined ? '' : `Content-Type: ${type}\r\n`) +
    (key === undefined ? '' : `${HEADERS.idempotencyKey}: ${key}\r\n`) +
    (dialect === undefined ? '' : `${HEADERS.dialect}: ${dialect}\r\n`) +
    `Content-Length: ${length}\r\n\r\n`;
  return Buffer.from(head + (body ?? ''));
}

/** Wishes first, then muting, then leaving: a resident who left finds no other door open. */
function preferenceRequests(change: PreferenceChange, token: string): Request[] {
  const requests: Request[] = [];
  const wishes: Preferences = {};
  if (change.radiusDm !== undefined) wishes.radiusM = change.radiusDm / 10;
  const { categories } = change;
  if (categories !== undefined) wishes.categories = CATEGORIES.filter((_, bit) => ((categories >> bit) & 1) === 1);
  if (Object.keys(wishes).length > 0)
    requests.push({ method: 'PATCH', path: PATHS.preferences, token, type: MEDIA.json, body: JSON.stringify(wishes) });
  if (change.muted !== undefined) requests.push({ method: change.muted ? 'PUT' : 'DELETE', path: PATHS.mute, token });
  if (change.quit === true) requests.push({ method: 'DELETE', path: PATHS.me, token });
  return requests;
}

function publication(input: Extract<TraceInput, { kind: 'motion' | 'clip' | 'heartbeat' }>) {
  const at = new Date(input.atMs).toISOString();
  const payload = JSON.stringify(
    input.kind === 'motion'
      ? { at }
      : input.kind === 'clip'
        ? { clipId: input.clipId, at, durationMs: input.durationMs }
        : { at, batteryPercent: input.batteryPercent },
  );
  const topic = deviceTopic(input.doorbell, input.kind);
  const bytes = generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
  return { bytes, extra: bytes.length - Buffer.byteLength(payload) - 2 };
}

/** An id that stands in a header must not end it. */
function visible(line: number, id: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) throw bad(line, 'an id of 1 to 200 visible ASCII characters');
  return id;
}

function bad(line: number, expected: string): HundredblockError {
  return new HundredblockError('HB_TRACE', `inputs.jsonl, line ${line + 1}: expected ${expected}`);
}
