/** A request to open a stream: who asks, from where on, or why not. Refusals are plain HTTP answers before any upgrade. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  REFUSALS,
  STREAM_PROTOCOL,
  STREAM_TOKEN_PREFIX,
  type Refusal,
  type WireError,
} from '../../../contract/wire.ts';

export interface StreamRequest {
  token: string | null;
  /** Last sequence seen; null where the stream starts here. */
  after: number | null;
}

/** Reads the credential and the query; a text that says what was expected where they can't be read. */
export function readStreamRequest(request: IncomingMessage): StreamRequest | string {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (protocols[0] !== '' && protocols[0] !== STREAM_PROTOCOL)
    return `Sec-WebSocket-Protocol: expected ${STREAM_PROTOCOL} first`;
  const query = (request.url ?? '').split('?', 2)[1] ?? '';
  const after = /^after=(\d{1,15})$/.exec(query);
  if (query !== '' && after === null) return 'query: expected nothing, or after and a sequence';
  const offered = protocols[1]?.startsWith(STREAM_TOKEN_PREFIX) ? protocols[1].slice(STREAM_TOKEN_PREFIX.length) : null;
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  return { token: bearer?.[1] ?? offered, after: after === null ? null : Number(after[1]) };
}

const RETRY_AFTER_S = 1;
const REFUSAL_LINGER_MS = 2000;

/** Answers with a WireError and ends the connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal, message: string): void {
  const status = REFUSALS[refusal];
  const body = JSON.stringify({ error: { code: refusal, message } } satisfies WireError);
  const retry = status === 503 || status === 429 ? `Retry-After: ${RETRY_AFTER_S}\r\n` : '';
  const challenge = status === 401 ? 'WWW-Authenticate: Bearer\r\n' : '';
  // A client that went away in the meantime is no failure of ours.
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n${retry}${challenge}Connection: close\r\n\r\n${body}`,
  );
  // It reads its answer and hangs up; one that does not is not waited for.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), REFUSAL_LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
