/** WebSocket text frames of stream messages, as bytes: a server's frames are never masked, and every message is one frame. */
import { streamText, type StreamMessage } from '../../../contract/wire.ts';

/** A message whose body is encoded once, however many it goes to. */
export interface Body {
  type: StreamMessage['type'];
  /** UTF-8 of the composed JSON. */
  bytes: Buffer;
}

export function bodyOf(type: StreamMessage['type'], text: string): Body {
  return { type, bytes: Buffer.from(text) };
}

/** The frames of consecutive messages, the first with sequence `first`, in one buffer. */
export function framesOf(first: number, bodies: readonly Body[]): Buffer {
  const heads = bodies.map((body, i) => headOf(first + i, body.type));
  let length = 0;
  for (let i = 0; i < bodies.length; i++) length += frameBytes(heads[i].length + bodies[i].bytes.length + 1);
  const frames = Buffer.allocUnsafe(length);
  let at = 0;
  for (let i = 0; i < bodies.length; i++) {
    const { bytes } = bodies[i];
    at = writeHeader(frames, at, heads[i].length + bytes.length + 1);
    at += frames.write(heads[i], at, 'latin1');
    frames.set(bytes, at);
    at += bytes.length;
    frames[at++] = CLOSING_BRACE;
  }
  return frames;
}

// --- internal ---

const CLOSING_BRACE = 0x7d;
const FINAL_TEXT = 0x81;

/** All before the body: `streamText` is what says how a message reads. */
function headOf(sequence: number, type: StreamMessage['type']): string {
  return streamText(sequence, type, '').slice(0, -1);
}

function frameBytes(payload: number): number {
  return payload + (payload < 126 ? 2 : payload < 65_536 ? 4 : 10);
}

/** Writes opcode and length (RFC 6455, 5.2); answers where the payload starts. */
function writeHeader(frames: Buffer, at: number, payload: number): number {
  frames[at] = FINAL_TEXT;
  if (payload < 126) {
    frames[at + 1] = payload;
    return at + 2;
  }
  if (payload < 65_536) {
    frames[at + 1] = 126;
    return frames.writeUInt16BE(payload, at + 2);
  }
  frames[at + 1] = 127;
  frames.writeUInt32BE(0, at + 2);
  return frames.writeUInt32BE(payload, at + 6);
}
