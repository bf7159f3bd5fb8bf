/**
 * Sockets by the thousand: all sockets of a thread read into one buffer, and share their listeners, so that a connection costs
 * little more than what Node itself keeps of it.
 */
import { connect, type Socket } from 'node:net';

/** Whose socket it is. */
export interface SocketOwner {
  onOpen(): void;
  /** Bytes that came in: valid during the call only. False: read no more until `socket.resume()`. */
  onBytes(bytes: Buffer): boolean;
  /** Closed for good, by either side or by an error. */
  onClosed(): void;
}

export type LeanSocket = Socket & { owner: SocketOwner };

export interface Endpoint {
  /** An address, not a name. */
  host: string;
  port: number;
}

/** What all sockets of a thread read into. */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(64 << 10);

/** Opens a socket. `localAddress`: where to come from; null leaves it to the system. `readBuffer`: what to read into next, where not the shared buffer. */
export function openSocket(
  owner: SocketOwner,
  endpoint: Endpoint,
  localAddress: string | null,
  readBuffer?: () => Uint8Array,
): LeanSocket {
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    noDelay: true,
    ...(localAddress === null ? {} : { localAddress }),
    onread: { buffer: readBuffer ?? sharedReadBuffer, callback: onRead },
  }) as LeanSocket;
  socket.owner = owner;
  socket.on('connect', onConnect);
  socket.on('error', onError);
  socket.on('close', onClose);
  return socket;
}

/** Ends it at once; the owner hears nothing more. */
export function dropSocket(socket: LeanSocket): void {
  socket.owner = NOBODY;
  socket.destroy();
}

// --- internal ---

const NOBODY: SocketOwner = { onOpen() {}, onBytes: () => true, onClosed() {} };

function onRead(this: unknown, length: number, buffer: Uint8Array): boolean {
  return (this as LeanSocket).owner.onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, length));
}

function onConnect(this: LeanSocket): void {
  this.owner.onOpen();
}

/** `close` follows, and tells the owner. */
function onError(): void {}

function onClose(this: LeanSocket): void {
  this.owner.onClosed();
}
