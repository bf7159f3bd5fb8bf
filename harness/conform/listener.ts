/** Listens to a resident's stream as a client does. */
import { WebSocket } from 'ws';
import { PATHS } from '../../contract/wire.ts';
import { Missed } from './outcome.ts';

/** A stream message. */
export interface StreamFrame {
  sequence: number;
  type: 'alert' | 'post';
  /** The text of `message`, byte for byte. */
  text: string;
}

/** An open stream with everything that it received. */
export interface Listener {
  /** Every text frame, unchanged. */
  readonly raw: string[];
  /** The frames that are stream messages in exactly the form of the contract. */
  readonly frames: StreamFrame[];
  /** The subprotocol that the target chose; empty if it chose none. */
  readonly protocol: string;
  readonly socket: WebSocket;
  /** The close code; null while it is open. */
  closeCode(): number | null;
  /** Waits until `holds` is true; throws Missed, with `awaited` in its message, if it is not in time. */
  until(holds: () => boolean, awaited: string): Promise<void>;
  /** Closes the stream; `abruptly`: breaks the connection without a close frame. */
  close(abruptly?: boolean): Promise<void>;
}

/** How the stream is opened: with a token in the header, or in a subprotocol. */
export interface ListenOptions {
  token?: string;
  /** Subprotocols to offer, one of which holds the token: browsers can send it only that way. */
  asProtocol?: string[];
  query?: string;
}

/** Much longer than a handshake takes: it only ends a check against a target that does not answer. */
const HANDSHAKE_MS_MAX = 10_000;
const FRAME = /^\{"sequence":(\d+),"type":"(alert|post)","message":(.*)\}$/s;

/**
 * Opens a stream whose `until` waits `patienceMs`. Throws StreamRefused if it is refused before the upgrade, Missed if it does not open.
 */
export function listen(url: URL, patienceMs: number, options: ListenOptions): Promise<Listener> {
  const target = new URL(`${PATHS.stream}${options.query ?? ''}`, url);
  target.protocol = 'ws:';
  const headers: Record<string, string> =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const socket = new WebSocket(target, options.asProtocol ?? [], {
    headers,
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS_MAX,
  });
  const listener = createListener(socket, patienceMs);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(listener));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString('utf8')));
      response.on('close', () => {
        socket.terminate();
        reject(new StreamRefused(response.statusCode ?? 0, response.headers, text));
      });
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Missed(`the stream did not open: ${error.code ?? error.name}`)),
    );
  });
}

/** The stream was refused before the upgrade, as plain HTTP. */
export class StreamRefused extends Missed {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;

  constructor(status: number, headers: Record<string, string | string[] | undefined>, text: string) {
    super(`the stream was refused: ${status}`);
    this.status = status;
    this.headers = headers;
    this.text = text;
  }
}

// --- internal ---

function createListener(socket: WebSocket, patienceMs: number): Listener {
  const raw: string[] = [];
  const frames: StreamFrame[] = [];
  let closeCode: number | null = null;
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const waiter of waiters) waiter();
  };
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    raw.push(text);
    const match = FRAME.exec(text);
    if (match !== null)
      frames.push({ sequence: Number(match[1]), type: match[2] as StreamFrame['type'], text: match[3] });
    wake();
  });
  socket.on('close', (code) => {
    closeCode = code;
    wake();
  });
  socket.on('error', () => {});
  const until: Listener['until'] = (holds, awaited) =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        waiters.delete(settle);
        resolve();
      };
      const timer = setTimeout(() => {
        waiters.delete(settle);
        reject(new Missed(`waited ${patienceMs / 1000} s for ${awaited}`));
      }, patienceMs);
      waiters.add(settle);
      settle();
    });
  return {
    raw,
    frames,
    socket,
    get protocol() {
      return socket.protocol;
    },
    closeCode: () => closeCode,
    until,
    async close(abruptly = false) {
      if (closeCode !== null) return;
      if (abruptly) socket.terminate();
      else socket.close(1000);
      await until(() => closeCode !== null, 'the stream to close').catch(() => socket.terminate());
    },
  };
}
