/**
 * Brings published messages to open streams. A stream that has all takes new ones as they come: those of one turn of the event loop
 * leave in one write. A stream that resumes, or whose socket is full, holds nothing here: it fetches what it lacks from the engine, in
 * order, as its socket drains. Sequences without holes tell which of the two it is, so that none is skipped or sent twice in between.
 */
import type { StreamGap } from '../../../contract/wire.ts';
import type { Engine, PublishedBatch } from '../service-api.ts';
import { bodyOf, framesOf, type Body } from './frame.ts';
import type { Peer } from './peer.ts';
import type { Peers } from './peers.ts';

export interface FanOutOptions {
  engine: Pick<Engine, 'messagesAfter' | 'lastSequence'>;
  peers: Peers;
  /** Bytes that may wait for one stream whose socket is full. */
  bytesMax: number;
  /** A stream owes more than that: it must go. */
  onSlow: (peer: Peer) => void;
  /** Its socket is full, and later has drained. */
  onChoked: (peer: Peer) => void;
  onDrained: (peer: Peer) => void;
  /** Frames handed to sockets in one turn; `resumed` of them were published before the stream opened. */
  onSent: (frames: number, resumed: number) => void;
  /** From commit to the last socket of a batch. */
  onBatchSent: (seconds: number) => void;
}

export interface FanOut {
  publish(batch: PublishedBatch): void;
  /** Has the stream fetch what it lacks. */
  fetch(peer: Peer): void;
}

export function createFanOut(options: FanOutOptions): FanOut {
  return new StreamFanOut(options);
}

// --- internal ---

/** A batch's streams have all been served once `upTo` have been, counted from the start. */
interface Mark {
  upTo: number;
  committedMs: number;
}

/** What is done before the event loop gets its turn: 1,000 streams written to, or 100 that fetch, which is dearer. */
const COST_PER_TURN = 1000;
const COST_OF_WRITE = 1;
const COST_OF_FETCH = 10;
/** More messages than that waiting for one stream: it fetches them instead. */
const FRAMES_WAITING_MAX = 256;
const FETCHED_MESSAGES_MAX = 100;
const FETCHED_BYTES_MAX = 65_536;
/** A prime, so that another one of an audience is first with each message. */
const ROTATION = 7919;

class StreamFanOut implements FanOut {
  readonly #options: FanOutOptions;
  readonly #engine: FanOutOptions['engine'];
  readonly #peers: Peers;
  #line: Peer[] = [];
  #next = 0;
  #served = 0;
  #marks: Mark[] = [];
  #scheduled = false;
  #sent = 0;
  #resumed = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#peers = options.peers;
  }

  /** Serves the streams in line, some each turn of the event loop, so that the doors stay responsive under a large audience. */
  #run(): void {
    for (let cost = 0; this.#next < this.#line.length && cost < COST_PER_TURN; this.#next++, this.#served++) {
      const peer = this.#line[this.#next];
      peer.due = false;
      cost += this.#serve(peer);
    }
    if (this.#next < this.#line.length) this.#runSoon();
    else {
      this.#line = [];
      this.#next = 0;
    }
    this.#report();
  }

  #runSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  #report(): void {
    if (this.#sent > 0) this.#options.onSent(this.#sent, this.#resumed);
    this.#sent = this.#resumed = 0;
    const done = this.#marks.filter((mark) => mark.upTo <= this.#served);
    if (done.length === 0) return;
    this.#marks = this.#marks.slice(done.length);
    for (const { committedMs } of done) this.#options.onBatchSent(Math.max(0, Date.now() - committedMs) / 1000);
  }

  #enqueue(peer: Peer): void {
    if (peer.due) return;
    peer.due = true;
    this.#line.push(peer);
  }

  /** Writes what is due to one stream; answers what that cost. */
  #serve(peer: Peer): number {
    if (peer.readyState !== peer.OPEN) return 0;
    if (peer.frames !== null) {
      const frames = peer.frames;
      peer.frames = null;
      this.#write(peer, framesOf(peer.queued - frames.length + 1, frames));
      this.#sent += frames.length;
    }
    if (peer.live || peer.choked) return COST_OF_WRITE;
    this.#fetchMore(peer);
    return COST_OF_FETCH;
  }

  /** Writes the next messages that a stream lacks. */
  #fetchMore(peer: Peer): void {
    const { messages, gap } = this.#engine.messagesAfter(peer.resident, peer.queued, FETCHED_MESSAGES_MAX);
    if (gap !== null) {
      peer.send(JSON.stringify({ type: 'gap', upTo: gap } satisfies StreamGap));
      peer.queued = gap;
    }
    const bodies: Body[] = [];
    let bytes = 0;
    for (const { sequence, published } of messages) {
      if (bytes >= FETCHED_BYTES_MAX) break;
      const body = bodyOf(published.type, published.body);
      bodies.push(body);
      bytes += body.bytes.length;
      if (sequence <= peer.lastAtOpen) this.#resumed++;
      else peer.behindBytes = Math.max(0, peer.behindBytes - body.bytes.length);
    }
    if (bodies.length > 0) {
      const first = messages[0].sequence;
      peer.queued = first + bodies.length - 1;
      this.#sent += bodies.length;
      this.#write(peer, framesOf(first, bodies));
    }
    if (peer.choked) return;
    if (bodies.length > 0 && peer.queued < this.#engine.lastSequence(peer.resident)) this.#enqueue(peer);
    else {
      peer.behindBytes = 0;
      peer.live = true;
    }
  }

  /** Hands whole frames to the socket in one write: ws writes whole frames too, so that the two never interleave. */
  #write(peer: Peer, frames: Buffer): void {
    const wire = peer.wire!;
    if (wire.write(frames)) return;
    peer.choked = true;
    peer.live = false;
    this.#options.onChoked(peer);
    wire.once('drain', () => {
      peer.choked = false;
      this.#options.onDrained(peer);
      this.fetch(peer);
    });
  }

  /** Hands one message to one stream. */
  #offer(peer: Peer, sequence: number, body: Body): void {
    if (sequence <= peer.queued) return;
    if (!peer.live) {
      peer.behindBytes += body.bytes.length;
      if (peer.choked && peer.behindBytes + peer.wire!.writableLength > this.#options.bytesMax)
        this.#options.onSlow(peer);
      return;
    }
    const waiting = peer.frames?.length ?? 0;
    if (sequence === peer.queued + 1 && waiting < FRAMES_WAITING_MAX) {
      if (peer.frames === null) peer.frames = [body];
      else peer.frames.push(body);
      peer.queued = sequence;
    } else {
      peer.queued -= waiting;
      peer.frames = null;
      peer.live = false;
    }
    this.#enqueue(peer);
  }

  fetch(peer: Peer): void {
    peer.live = false;
    this.#enqueue(peer);
    this.#runSoon();
  }

  publish({ messages, sequences }: PublishedBatch): void {
    if (messages.length === 0) return;
    messages.forEach((message, i) => {
      const body = bodyOf(message.type, message.body);
      const { length } = message.audience;
      for (
        let n = 0, r = (message.id * ROTATION) % Math.max(1, length);
        n < length;
        n++, r = r + 1 === length ? 0 : r + 1
      )
        for (let peer = this.#peers.of(message.audience[r]); peer !== null; peer = peer.older)
          this.#offer(peer, sequences[i][r], body);
    });
    this.#marks.push({ upTo: this.#served + this.#line.length - this.#next, committedMs: messages[0].committedMs });
    if (!this.#scheduled) this.#run();
  }
}
