/**
 * Sockets by the thousand: all sockets of a thread read into one buffer, and share their listeners, so that a connection costs
 * little more than what Node itself keeps of it.
 */
import { connect, type Socket } from 'node:net';

/** The object that a socket belongs to, and that hears of it. */
export interface SocketOwner {
  onOpen(): void;
  /** Bytes came in: they are valid during the call only. Answers false to read no more until `socket.resume()`. */
  onBytes(bytes: Buffer): boolean;
  /** The socket is closed for good, by either side or by an error. */
  onClosed(): void;
}

/** A socket that knows its owner. */
export type LeanSocket = Socket & { owner: SocketOwner };

/** A TCP endpoint. */
export interface Endpoint {
  /** An address, not a name. */
  host: string;
  port: number;
}

/** The buffer that all sockets of a thread read into. */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(64 << 10);

/**
 * Opens a socket. `localAddress`: the source address; null leaves it to the system. `readBuffer`: the buffer to read into next, if not
 * the shared one.
 */
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

/** Ends a socket at once; its owner hears nothing more. */
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
