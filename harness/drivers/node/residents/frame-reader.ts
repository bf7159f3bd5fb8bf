/** Reads the frames of a WebSocket server (RFC 6455) in place, off a buffer: only a frame that is not complete yet is copied. */

/** Hears of the server's messages. */
export interface FrameHandlers {
  /** A whole text message came; its bytes are valid during the call only. */
  onText(bytes: Buffer, start: number, end: number): void;
  onPing(payload: Buffer): void;
  /** The server closes the connection; null: without a code. */
  onClose(code: number | null): void;
}

/** The state of a connection between reads. */
export interface FrameState {
  /** Bytes of a frame that is not complete; null if the last read ended with a frame, as it nearly always does. */
  rest: Buffer | null;
  /** Payloads of a message whose last fragment has not come; null if there is none. */
  fragments: Buffer[] | null;
}

/** The server broke the protocol; `code` is the code to close with. */
export class FrameError extends Error {
  readonly code: 1002 | 1003 | 1009;
  constructor(code: 1002 | 1003 | 1009, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads all complete frames. Throws FrameError if the server breaks the protocol. */
export function readFrames(state: FrameState, bytes: Buffer, handlers: FrameHandlers): void {
  const all = state.rest === null ? bytes : Buffer.concat([state.rest, bytes]);
  state.rest = null;
  let start = 0;
  while (start < all.length) {
    const next = readFrame(state, all, start, handlers);
    if (next === null) {
      state.rest = all === bytes ? Buffer.from(all.subarray(start)) : all.subarray(start);
      return;
    }
    start = next;
  }
}

/** A control frame of a client, masked as those must be. */
export function clientFrame(opcode: number, payload: Uint8Array, mask: number): Buffer {
  const frame = Buffer.allocUnsafe(6 + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | payload.length;
  frame.writeUInt32BE(mask >>> 0, 2);
  for (let i = 0; i < payload.length; i += 1) frame[6 + i] = payload[i] ^ frame[2 + (i & 3)];
  return frame;
}

/** Opcodes of frames (RFC 6455, section 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

// --- internal ---

const MESSAGE_BYTES_MAX = 1 << 20;
const FRAGMENTS_MAX = 1024;

/** The offset at which the next frame starts; null if this one is not complete. */
function readFrame(state: FrameState, all: Buffer, start: number, handlers: FrameHandlers): number | null {
  if (all.length - start < 2) return null;
  const first = all[start];
  const second = all[start + 1];
  if ((first & 0x70) !== 0) throw new FrameError(1002, 'an extension that was not agreed');
  if ((second & 0x80) !== 0) throw new FrameError(1002, 'a masked frame from a server');
  const opcode = first & 0x0f;
  const final = (first & 0x80) !== 0;
  let length = second & 0x7f;
  let from = start + 2;
  if (length === 126) {
    if (all.length < from + 2) return null;
    length = all.readUInt16BE(from);
    from += 2;
  } else if (length === 127) {
    if (all.length < from + 8) return null;
    if (all.readUInt32BE(from) !== 0) throw new FrameError(1009, 'a message too large');
    length = all.readUInt32BE(from + 4);
    from += 8;
  }
  if (length > MESSAGE_BYTES_MAX) throw new FrameError(1009, 'a message too large');
  const end = from + length;
  if (opcode >= 8) {
    if (!final || length > 125) throw new FrameError(1002, 'a control frame that is too long or in pieces');
    if (end > all.length) return null;
    control(opcode, all.subarray(from, end), handlers);
    return end;
  }
  if (end > all.length) return null;
  if (opcode === OPCODE.text && final && state.fragments === null) handlers.onText(all, from, end);
  else fragment(state, opcode, final, all.subarray(from, end), handlers);
  return end;
}

function control(opcode: number, payload: Buffer, handlers: FrameHandlers): void {
  if (opcode === OPCODE.ping) handlers.onPing(payload);
  else if (opcode === OPCODE.close) handlers.onClose(payload.length >= 2 ? payload.readUInt16BE(0) : null);
  else if (opcode !== OPCODE.pong) throw new FrameError(1002, 'an unknown kind of frame');
}

function fragment(state: FrameState, opcode: number, final: boolean, payload: Buffer, handlers: FrameHandlers): void {
  if (opcode === OPCODE.binary) throw new FrameError(1003, 'a binary message');
  if (opcode > OPCODE.binary) throw new FrameError(1002, 'an unknown kind of frame');
  if ((opcode === OPCODE.text) !== (state.fragments === null))
    throw new FrameError(1002, 'fragments of two messages in one another');
  const fragments = (state.fragments ??= []);
  fragments.push(Buffer.from(payload));
  const length = fragments.reduce((sum, part) => sum + part.length, 0);
  if (length > MESSAGE_BYTES_MAX || fragments.length > FRAGMENTS_MAX) throw new FrameError(1009, 'a message too large');
  if (!final) return;
  state.fragments = null;
  handlers.onText(Buffer.concat(fragments), 0, length);
}
