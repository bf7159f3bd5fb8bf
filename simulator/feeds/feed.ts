/**
 * An agency's feed: turns changes of records into messages at the platform's door, in the dialect in force, with its delays and faults.
 *
 * Push dialects send one message a change; Seattle-like feeds a CSV batch a period, of the records changed since; a portal shows the open
 * records and is polled. Each message belongs to a lane (its record, or the feed's batches, or its snapshots), and within a lane
 * messages arrive in order unless a fault says otherwise. Messages are numbered in the order of composing. A fault is logged when it takes
 * effect: with the message that arrives late, twice, broken or overtaken, or in place of the one that never does.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Dialect } from '../../contract/catalogue.ts';
import type { DallasRow } from '../../contract/dialects.ts';
import type { ManifestRow, MessageManifest } from '../../contract/manifest.ts';
import type { FaultKind } from '../../contract/record/kinds.ts';
import type { Faults } from '../../contract/scenario.ts';
import { DAY_MS, MINUTE_MS } from '../../contract/time.ts';
import type { CadChange, CadRecord } from '../cad/record.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, lognormal, type Seeds } from '../kernel/random.ts';
import { renderDallas, snapshotStamp } from './dialects/dallas.ts';
import { renderEido } from './dialects/eido.ts';
import { renderMilwaukee } from './dialects/milwaukee.ts';
import { lineOf, renderSeattle, type SeattleCells } from './dialects/seattle.ts';
import { renderSf } from './dialects/sf.ts';
import { renderTampa } from './dialects/tampa.ts';
import { planFaults, type FaultPlan } from './fault-plan.ts';
import { batchText, breakBatch, breakSingle, breakSnapshot, snapshotText } from './malformed.ts';
import type { Rendered, RenderContext, RowFacts } from './rendering.ts';

export interface FeedMessage {
  messageId: string;
  agency: string;
  dialect: Dialect;
  body: string;
}

/** `messages`: how many an outage lost or a withdrawal cut off; 0 where a fault concerns one message or none. */
export interface FeedFault {
  kind: FaultKind;
  atMs: number;
  messageId: string | null;
  detail: string;
  messages: number;
}

export interface FeedHost {
  /**
   * A message reaches the door, now. `changedMs`: the change of the record that it tells; in a batch or snapshot the earliest change that it is the
   * first to tell (its publication, where it tells nothing new). `publishedMs`: when the source put it out.
   */
  door(message: FeedMessage, manifest: MessageManifest, meta: { changedMs: number; publishedMs: number }): void;
  /** An injected fault takes effect. `messageId`: the message concerned (of a duplicate the second delivery); null where it is the feed. */
  fault(fault: FeedFault): void;
}

export interface FeedOptions {
  kernel: Kernel;
  seeds: Seeds;
  profile: AgencyProfile;
  /** Sets the phase of batches and polls, so that agencies don't all speak at once. */
  agencyIndex: number;
  faults: Faults;
  /** True where the agency's clock is off by `faults.clockSkewMs`. */
  skewed: boolean;
  batchMs: number;
  pollMs: number;
  publishDelayMsMean: Record<Dialect, number>;
  /** The last feed is withdrawn at this moment and nothing follows it; null or left out never. */
  withdrawMs?: number | null;
  /** Batches, polls, switches and outages end here. */
  endMs: number;
  host: FeedHost;
}

export interface Feed {
  /** Opens the feed in force at the kernel's time. Call once, before the first event. */
  start(): void;
  /** Tells the record's new state; call at each change, officer-initiated records included. */
  recordChanged(record: CadRecord, change: CadChange): void;
  tally(): FeedTally;
}

/**
 * What the feed did with its messages so far. Those that reached the door are `composed` and `copies`, less gaps, less the `messages` of outages and
 * withdrawals that are logged, less `underWay` and `lostUnlogged` (in an outage that has not ended).
 */
export interface FeedTally {
  composed: number;
  copies: number;
  underWay: number;
  lostUnlogged: number;
}

/** Spread (standard deviation / mean) of the publication delay: three suburbs' receipt to upload, p50 54 and p90 132 min (weak). */
const PUBLISH_DELAY_CV = 0.8;
/** A message that nothing overtakes arrives after this long all the same. */
const REORDER_HOLD_MS = 10 * MINUTE_MS;
/** The kernel's entity for what concerns the feed and not one record. */
const FEED_ENTITY = 0xffff_ffff;
const ORDINALS = 65_536;

interface Lane {
  entity: number;
  /** Messages so far. */
  count: number;
  lastPublishMs: number;
  lastArrivalMs: number;
  /** Held back by the reorder fault, in order. */
  held: Message[];
}

interface Message {
  messageId: string;
  dialect: Dialect;
  /** The entry of the agency's feeds that it was composed under: it dies with it. */
  generation: number;
  lane: Lane;
  sequence: number;
  isCopy: boolean;
  key: string;
  plan: FaultPlan;
  /** How the body is broken; null where it is not. */
  variant: string | null;
  body: string;
  manifest: MessageManifest;
  changedMs: number;
  publishedMs: number;
  isHeld: boolean;
  isDone: boolean;
}

/** What becomes visible of a record in a batch or on a portal. */
type Shown =
  | { kind: 'cells'; generation: number; ordinal: number; changedMs: number; rendered: Rendered<SeattleCells> }
  | {
      kind: 'rows';
      generation: number;
      ordinal: number;
      changedMs: number;
      rendered: Rendered<DallasRow[]>;
      texts: string[];
    };
type Payload = { kind: 'message'; message: Message } | Shown;

export function createFeed(options: FeedOptions): Feed {
  const { kernel, seeds, profile, faults, endMs, host } = options;
  const skewMs = options.skewed ? faults.clockSkewMs : 0;
  const agency = profile.id;
  const lanes = new Map<number, Lane>();
  const feedLane: Lane = newLane(FEED_ENTITY);
  /** Open records by ordinal: what a new feed starts with. */
  const open = new Map<number, CadRecord>();
  const pending = new Map<number, Extract<Shown, { kind: 'cells' }>>();
  /** The portal's rows, by ordinal ascending. */
  const listed: Extract<Shown, { kind: 'rows' }>[] = [];
  /** Earliest change that no snapshot has told yet; null none. */
  let untoldMs: number | null = null;
  let generation = -1;
  let dialect: Dialect | null = null;
  let composed = 0;
  let underWay = 0;
  let copies = 0;
  let outage: { number: number; untilMs: number; held: number; lost: number; skipped: number } | null = null;
  const outageDraw = keyedDraw(seeds, `feed/${agency}/outage`, 0);

  const tally = (): FeedTally => ({ composed, copies, underWay, lostUnlogged: outage?.lost ?? 0 });
  return { start, recordChanged, tally };

  function start(): void {
    kernel.on(KIND.feedPublish, (_, payload) => published(payload as Payload));
    kernel.on(KIND.doorArrival, (_, payload) => arrived(payload as Message));
    kernel.on(KIND.feedBatch, (_, payload) => sendBatch(payload as number));
    kernel.on(KIND.portalPoll, (_, payload) => poll(payload as number));
    kernel.on(KIND.outage, (entity, payload, ordinal) => {
      if (entity === FEED_ENTITY) switchTo(payload as number);
      else if (ordinal === 0) beginOutage(entity);
      else endOutage();
    });
    if (skewMs !== 0) log('clockSkew', null, `${skewMs} ms`);
    const feeds = profile.feeds;
    let current = -1;
    feeds.forEach((entry, i) => {
      if (entry.fromMs <= kernel.nowMs) current = i;
      else if (entry.fromMs < endMs) kernel.schedule(entry.fromMs, KIND.outage, FEED_ENTITY, i, i);
    });
    const withdrawMs = options.withdrawMs ?? null;
    if (withdrawMs !== null && withdrawMs < endMs)
      kernel.schedule(withdrawMs, KIND.outage, FEED_ENTITY, feeds.length, feeds.length);
    scheduleOutage(0);
    if (current >= 0) openFeed(current);
  }

  function recordChanged(record: CadRecord, change: CadChange): void {
    if (record.status === 'open') open.set(record.ordinal, record);
    else open.delete(record.ordinal);
    kernel.history.foldText(change);
    tell(record);
  }

  // --- internal ---

  /** Sends a record's present state on its way, as the dialect in force does. */
  function tell(record: CadRecord): void {
    if (dialect === null) return;
    const lane = laneOf(record.ordinal);
    const sequence = lane.count;
    lane.count += 1;
    const key = `${record.incident}.${record.receivedMs}.${sequence}`;
    const delayMs = lognormal(
      keyedDraw(seeds, `feed/${agency}/publication`, key),
      options.publishDelayMsMean[dialect],
      PUBLISH_DELAY_CV,
    );
    const publishedMs = Math.max(lane.lastPublishMs, kernel.nowMs + Math.round(delayMs));
    lane.lastPublishMs = publishedMs;
    let payload: Payload;
    switch (dialect) {
      case 'eido':
      case 'sf':
      case 'tampa':
      case 'milwaukee':
        payload = { kind: 'message', message: composeSingle(dialect, record, lane, sequence, key, publishedMs) };
        break;
      case 'seattle':
        payload = cellsOf(record, kernel.nowMs);
        break;
      case 'dallas':
        if (record.status !== 'open') {
          unlist(record.ordinal);
          return;
        }
        payload = rowsOf(record, kernel.nowMs);
        break;
    }
    kernel.schedule(publishedMs, KIND.feedPublish, record.ordinal, sequence % ORDINALS, payload);
  }

  function published(payload: Payload): void {
    switch (payload.kind) {
      case 'message':
        dispatch(payload.message);
        return;
      case 'cells':
        if (payload.generation === generation) pending.set(payload.ordinal, payload);
        return;
      case 'rows':
        // It may have closed meanwhile.
        if (payload.generation === generation && open.has(payload.ordinal)) list(payload);
    }
  }

  // Composing

  function composeSingle(
    as: 'eido' | 'sf' | 'tampa' | 'milwaukee',
    record: CadRecord,
    lane: Lane,
    sequence: number,
    key: string,
    publishedMs: number,
  ): Message {
    const { content, row } = renderSingle(as, record, contextAt(publishedMs));
    const message = newMessage(as, lane, sequence, key, kernel.nowMs, publishedMs);
    if (message.plan.malformed === null) {
      message.body = JSON.stringify(content);
    } else {
      const broken = breakSingle(as, content, message.plan.malformed);
      message.body = broken.body;
      message.variant = broken.variant;
      message.manifest.readable = broken.readable;
    }
    message.manifest.rows = [{ row: 0, wellFormed: message.variant === null, ...row }];
    return message;
  }

  function sendBatch(of: number): void {
    if (of !== generation) return;
    scheduleNext(KIND.feedBatch, options.batchMs);
    if (outage !== null) {
      outage.skipped += 1;
      return;
    }
    if (pending.size === 0) return;
    const shown = [...pending.values()].sort((a, b) => a.ordinal - b.ordinal);
    pending.clear();
    const message = newFeedMessage('seattle', 'batch', Math.min(...shown.map((s) => s.changedMs)));
    const cells = shown.map((s) => s.rendered.content);
    message.manifest.rows = shown.map((s, i) => ({ row: i, wellFormed: true, ...s.rendered.row }));
    if (message.plan.malformed === null) {
      message.body = batchText(cells.map(lineOf));
    } else {
      const broken = breakBatch(cells, message.plan.malformed);
      message.body = broken.body;
      message.variant = broken.variant;
      message.manifest.readable = broken.readable;
      for (const row of message.manifest.rows)
        if (broken.brokenRow === null || broken.brokenRow === row.row) row.wellFormed = false;
    }
    dispatch(message);
  }

  function poll(of: number): void {
    if (of !== generation) return;
    scheduleNext(KIND.portalPoll, options.pollMs);
    if (outage !== null) {
      outage.skipped += 1;
      return;
    }
    const stamp = snapshotStamp(contextAt(kernel.nowMs));
    const message = newFeedMessage('dallas', 'poll', untoldMs ?? kernel.nowMs);
    untoldMs = null;
    const prefix = `"as_of":"${stamp.text}"`;
    const factsOf = (shown: (typeof listed)[number]): RowFacts => ({ ...shown.rendered.row, updatedMs: stamp.readMs });
    if (message.plan.malformed === null) {
      message.body = snapshotText(
        prefix,
        listed.flatMap((s) => s.texts),
      );
      message.manifest.rows = listed.map((s, i) => ({ row: i, wellFormed: true, ...factsOf(s) }));
    } else {
      const broken = breakSnapshot(
        prefix,
        listed.map((s) => s.rendered.content),
        message.plan.malformed,
      );
      message.body = broken.body;
      message.variant = broken.variant;
      message.manifest.readable = broken.readable;
      message.manifest.rows = listed.flatMap((s, i): ManifestRow[] => {
        const isBroken = broken.brokenRecord === null || broken.brokenRecord === i;
        const row = { row: 0, wellFormed: !isBroken, ...factsOf(s) };
        return isBroken && broken.rest ? [row, { ...row, wellFormed: true }] : [row];
      });
      message.manifest.rows.forEach((row, i) => (row.row = i));
    }
    dispatch(message);
  }

  function newFeedMessage(as: Dialect, name: string, changedMs: number): Message {
    const sequence = feedLane.count;
    feedLane.count += 1;
    return newMessage(as, feedLane, sequence, `${name}.${kernel.nowMs}`, changedMs, kernel.nowMs);
  }

  /** A message yet without body and rows. */
  function newMessage(
    as: Dialect,
    lane: Lane,
    sequence: number,
    key: string,
    changedMs: number,
    publishedMs: number,
  ): Message {
    const messageId = `${agency}-${composed}`;
    composed += 1;
    underWay += 1;
    const manifest = { messageId, agency, dialect: as, snapshot: as === 'dallas', readable: true, rows: [] };
    const plan = planFaults(faults, seeds, agency, key);
    const rest = { isCopy: false, variant: null, body: '', isHeld: false, isDone: false };
    return { messageId, dialect: as, generation, lane, sequence, key, plan, manifest, changedMs, publishedMs, ...rest };
  }

  // Under way

  /** The source puts a message out. */
  function dispatch(message: Message): void {
    if (message.generation !== generation) return;
    const { plan, lane } = message;
    if (plan.gap) {
      underWay -= 1;
      log('gap', message.messageId, 'never arrives');
      return;
    }
    let arrivalMs = kernel.nowMs + plan.delayMs;
    // A slow answer to a poll is overtaken by the next one; everything else travels in order.
    if (message.dialect !== 'dallas') arrivalMs = Math.max(arrivalMs, lane.lastArrivalMs);
    lane.lastArrivalMs = arrivalMs;
    scheduleArrival(message, arrivalMs);
  }

  function scheduleArrival(message: Message, atMs: number): void {
    kernel.schedule(
      atMs,
      KIND.doorArrival,
      message.lane.entity,
      (2 * message.sequence + (message.isCopy ? 1 : 0)) % ORDINALS,
      message,
    );
  }

  function arrived(message: Message): void {
    if (message.generation !== generation || message.isDone) return;
    const { lane } = message;
    if (outage !== null) {
      const draw = keyedDraw(seeds, `feed/${agency}/outage-loss`, `${message.key}.${message.isCopy}.${outage.number}`);
      if (draw() < faults.outageLossShare) {
        outage.lost += 1;
        finish(message);
      } else {
        outage.held += 1;
        scheduleArrival(message, outage.untilMs);
      }
      return;
    }
    if (message.plan.reorder && !message.isCopy && !message.isHeld) {
      message.isHeld = true;
      lane.held.push(message);
      scheduleArrival(message, kernel.nowMs + REORDER_HOLD_MS);
      return;
    }
    deliver(message, 'nothing came in time');
    for (const held of lane.held.filter((h) => h.sequence < message.sequence))
      deliver(held, `after ${message.messageId}`);
  }

  function deliver(message: Message, how: string): void {
    finish(message);
    const { plan, messageId } = message;
    if (message.isCopy) {
      log('duplicate', messageId, 'delivered again');
    } else {
      if (plan.delayMs > 0) log('delay', messageId, `${plan.delayMs} ms`);
      if (plan.reorder) log('reorder', messageId, how);
      if (message.variant !== null) log('malformed', messageId, message.variant);
    }
    fold(message);
    const meta = { changedMs: message.changedMs, publishedMs: message.publishedMs };
    host.door({ messageId, agency, dialect: message.dialect, body: message.body }, message.manifest, meta);
    if (plan.copyMs === null || message.isCopy) return;
    const copyId = `${messageId}-d`;
    const copy = {
      ...message,
      messageId: copyId,
      isCopy: true,
      isDone: false,
      manifest: { ...message.manifest, messageId: copyId },
    };
    underWay += 1;
    copies += 1;
    scheduleArrival(copy, kernel.nowMs + plan.copyMs);
  }

  function finish(message: Message): void {
    underWay -= 1;
    message.isDone = true;
    if (message.isHeld) message.lane.held = message.lane.held.filter((h) => h !== message);
  }

  /** A snapshot's rows were folded when they were listed; its length says which they were. */
  function fold(message: Message): void {
    const { history } = kernel;
    history.foldText(message.messageId);
    if (message.dialect === 'dallas') history.fold(message.body.length);
    else history.foldText(message.body);
  }

  // Outages and withdrawal

  function scheduleOutage(number: number): void {
    if (faults.outagesPerDay <= 0) return;
    const atMs = kernel.nowMs + Math.max(1, Math.round(exponential(outageDraw, DAY_MS / faults.outagesPerDay)));
    if (atMs < endMs) kernel.schedule(atMs, KIND.outage, number, 0);
  }

  function beginOutage(number: number): void {
    const lengthMs = Math.max(1, Math.round(exponential(outageDraw, faults.outageMsMean)));
    const untilMs = Math.min(kernel.nowMs + lengthMs, endMs);
    outage = { number, untilMs, held: 0, lost: 0, skipped: 0 };
    kernel.schedule(untilMs, KIND.outage, number, 1);
  }

  function endOutage(): void {
    if (outage === null) return;
    const { number, held, lost, skipped } = outage;
    outage = null;
    log('outage', null, `${held} held, ${lost} lost, ${skipped} polls or batches skipped`, lost);
    scheduleOutage(number + 1);
  }

  /** The feed in force is withdrawn, and entry `next` of the agency's feeds takes its place, or nothing. */
  function switchTo(next: number): void {
    if (dialect !== null) {
      const to = next < profile.feeds.length ? profile.feeds[next].dialect : 'nothing';
      log('withdrawal', null, `${dialect} -> ${to}; ${underWay} under way never arrive`, underWay);
    }
    openFeed(next);
  }

  function openFeed(next: number): void {
    generation = next;
    dialect = next < profile.feeds.length ? profile.feeds[next].dialect : null;
    underWay = 0;
    untoldMs = null;
    pending.clear();
    listed.length = 0;
    feedLane.held = [];
    for (const lane of lanes.values()) lane.held = [];
    if (dialect === null) return;
    const records = [...open.values()].sort((a, b) => a.ordinal - b.ordinal);
    switch (dialect) {
      case 'seattle':
        for (const record of records) pending.set(record.ordinal, cellsOf(record, kernel.nowMs));
        scheduleFirst(KIND.feedBatch, options.batchMs);
        break;
      case 'dallas':
        for (const record of records) list(rowsOf(record, kernel.nowMs));
        scheduleFirst(KIND.portalPoll, options.pollMs);
        break;
      case 'eido':
      case 'sf':
      case 'tampa':
      case 'milwaukee':
        for (const record of records) tell(record);
    }
  }

  /** Agencies differ in phase by a step that shares no factor with usual periods. */
  function scheduleFirst(kind: typeof KIND.feedBatch | typeof KIND.portalPoll, periodMs: number): void {
    schedulePeriodic(kind, kernel.nowMs + 1 + ((options.agencyIndex * 7919) % periodMs));
  }

  function scheduleNext(kind: typeof KIND.feedBatch | typeof KIND.portalPoll, periodMs: number): void {
    schedulePeriodic(kind, kernel.nowMs + periodMs);
  }

  function schedulePeriodic(kind: typeof KIND.feedBatch | typeof KIND.portalPoll, atMs: number): void {
    if (atMs < endMs) kernel.schedule(atMs, kind, FEED_ENTITY, generation, generation);
  }

  // What batches and the portal show

  function cellsOf(record: CadRecord, changedMs: number): Extract<Shown, { kind: 'cells' }> {
    const rendered = renderSeattle(record, contextAt(kernel.nowMs));
    return { kind: 'cells', generation, ordinal: record.ordinal, changedMs, rendered };
  }

  function rowsOf(record: CadRecord, changedMs: number): Extract<Shown, { kind: 'rows' }> {
    const rendered = renderDallas(record, contextAt(kernel.nowMs));
    return {
      kind: 'rows',
      generation,
      ordinal: record.ordinal,
      changedMs,
      rendered,
      texts: rendered.content.map((row) => JSON.stringify(row)),
    };
  }

  function list(shown: Extract<Shown, { kind: 'rows' }>): void {
    const at = firstNotBelow(shown.ordinal);
    if (at < listed.length && listed[at].ordinal === shown.ordinal) listed[at] = shown;
    else listed.splice(at, 0, shown);
    for (const text of shown.texts) kernel.history.foldText(text);
    untoldMs = Math.min(untoldMs ?? shown.changedMs, shown.changedMs);
  }

  function unlist(ordinal: number): void {
    const at = firstNotBelow(ordinal);
    if (at === listed.length || listed[at].ordinal !== ordinal) return;
    listed.splice(at, 1);
    untoldMs ??= kernel.nowMs;
  }

  function firstNotBelow(ordinal: number): number {
    let low = 0;
    let high = listed.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (listed[mid].ordinal < ordinal) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  function laneOf(ordinal: number): Lane {
    let lane = lanes.get(ordinal);
    if (lane === undefined) {
      lane = newLane(ordinal);
      lanes.set(ordinal, lane);
    }
    return lane;
  }

  function contextAt(publishedMs: number): RenderContext {
    return { profile, skewMs, publishedMs };
  }

  function log(kind: FaultKind, messageId: string | null, detail: string, messages = 0): void {
    kernel.history.foldText(kind);
    kernel.history.foldText(detail);
    host.fault({ kind, atMs: kernel.nowMs, messageId, detail, messages });
  }
}

// --- internal ---

function newLane(entity: number): Lane {
  return { entity, count: 0, lastPublishMs: 0, lastArrivalMs: 0, held: [] };
}

function renderSingle(
  dialect: 'eido' | 'sf' | 'tampa' | 'milwaukee',
  record: CadRecord,
  context: RenderContext,
): Rendered<object> {
  switch (dialect) {
    case 'eido':
      return renderEido(record, context);
    case 'sf':
      return renderSf(record, context);
    case 'tampa':
      return renderTampa(record, context);
    case 'milwaukee':
      return renderMilwaukee(record, context);
  }
}
