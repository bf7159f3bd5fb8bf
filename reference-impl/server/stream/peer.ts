/** One resident's open stream: ws holds the connection, and what the hub must know stands beside it in the same object. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Body } from './frame.ts';

export class Peer extends WebSocket {
  resident = 0;
  /** Where whole frames are written past ws; null until the handshake is done. */
  wire: Socket | null = null;
  /** Next older stream of the same resident. */
  older: Peer | null = null;
  /** Sequence of the last message that was written or stands in `frames`. */
  queued = 0;
  /** Messages up to here were published before this stream opened. */
  lastAtOpen = 0;
  /** What goes out at the next flush: consecutive, the last one is `queued`. */
  frames: Body[] | null = null;
  /** True: it has all that was published, and takes new messages as they come. False: it fetches what it lacks from the engine. */
  live = false;
  /** Stands in the flush queue. */
  due = false;
  /** The socket took no more; it goes on when that has drained. */
  choked = false;
  /** Bytes that waited in it then. */
  chokedBytes = 0;
  /** Bytes published to it, since it opened, that it has not fetched yet. */
  behindBytes = 0;
  awaitingPong = false;
  /** Which tick of the ping wheel visits it. */
  spoke = 0;
  /** The close code that was sent; 0 where none was. */
  closedWith = 0;
}
