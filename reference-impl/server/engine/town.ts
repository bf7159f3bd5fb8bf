/** What follows from one onboarding: agencies, residents, what was published to them, and the pipeline. Made new, or made anew from the disk. */
import { pipelineConfigOf, type Onboarding } from '../../../contract/onboarding.ts';
import type { PipelineConfig } from '../../../contract/pipeline.ts';
import type { Policy } from '../../../contract/policy.ts';
import { Live, Wishes } from './live.ts';
import { Outbox } from './outbox.ts';
import { replay, type Replayed } from './recovery.ts';
import { NOTHING_PURGED, type Purged, type Store } from '../store/store.ts';

export interface Town {
  onboarding: Onboarding;
  config: PipelineConfig;
  /** Residents' settings before the first input that is kept. */
  baseWishes: Wishes;
  live: Live;
  outbox: Outbox;
  /** How far the past is gone. */
  purged: Purged;
}

/** A town in which nothing has happened. Throws a RangeError where the pipeline can't work with it. */
export function newTown(onboarding: Onboarding): Town {
  const config = pipelineConfigOf(onboarding);
  const baseWishes = new Wishes(config.roster);
  return {
    onboarding,
    config,
    baseWishes,
    live: new Live(config, baseWishes),
    outbox: new Outbox(config.roster.ids, null, 1),
    purged: NOTHING_PURGED,
  };
}

/** The town on disk, with all that was published, and without the inputs: they are for `replayTown`. Null where none was onboarded. */
export function storedTown(store: Store): Town | null {
  const json = store.onboarding();
  if (json === null) return null;
  const town = newTown(JSON.parse(json) as Onboarding);
  town.purged = store.purged();
  for (const row of store.wishes()) town.baseWishes.set(row);
  town.live = new Live(town.config, town.baseWishes);
  town.outbox = storedOutbox(store, town);
  return town;
}

/** Makes a pipeline anew from the inputs on disk, a slice at each step, and puts it in place when it is done. */
export function* replayTown(store: Store, town: Town): Generator<void, Replayed> {
  const live = new Live(town.config, town.baseWishes);
  const known = town.outbox.bodies();
  const read = (afterId: number) => store.inputsAfter(afterId, READ_SLICE);
  const replayed = yield* replay(live, read, checkFromMs(town), (body) => known.has(body));
  town.live = live;
  return replayed;
}

// --- internal ---

const READ_SLICE = 100;
const MESSAGES_SLICE = 2000;

function storedOutbox(store: Store, { config, purged }: Town): Outbox {
  const outbox = new Outbox(config.roster.ids, store.bases(), purged.messageId + 1);
  const audiences = new Map<number, Uint32Array>();
  for (const audience of store.audiences()) {
    audiences.set(audience.id, audience.ids);
    outbox.addAudience(audience);
  }
  let rows = store.messagesAfter(purged.messageId, MESSAGES_SLICE);
  for (; rows.length > 0; rows = store.messagesAfter(rows[rows.length - 1].id, MESSAGES_SLICE))
    for (const { id, type, body, committedMs, atMs, audienceId } of rows)
      outbox.add({ id, type, body, committedMs, audience: audiences.get(audienceId)! }, atMs);
  return outbox;
}

/**
 * From when on a replay can be held against what was published. Before, records whose first inputs are gone look new to it, so that it may
 * alert of them another time; that ends once they are too old for any message, which is long before their inputs go (engine-check.ts).
 */
function checkFromMs({ config, purged }: Town): number {
  if (purged.inputsAtMs < 0) return purged.messagesAtMs + 1;
  const reachesMs = config.agencies.flatMap(({ policies }) => policies.map(({ policy }) => reachMs(policy)));
  return Math.max(purged.messagesAtMs + 1, purged.inputsAtMs + Math.max(0, ...reachesMs));
}

/** How long after an incident its records can lead to a message. */
export function reachMs({ incidentAgeMsMax, futureMsMax, sameEventMsMax, correctionMsMax }: Policy): number {
  return incidentAgeMsMax + futureMsMax + sameEventMsMax + correctionMsMax;
}
