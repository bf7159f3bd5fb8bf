/** Takes away what is older than it may be kept, on disk and in memory, a bounded part at a time. */
import type { Wishes } from './live.ts';
import type { Town } from './town.ts';
import type { Replies } from './replies.ts';
import { parseInputs } from './recovery.ts';
import type { InputsRow, Store, WishesRow } from '../store/store.ts';

export interface RetentionLimits {
  retainMs: number;
  messagesMax: number;
  replyRetainMs: number;
}

/** Purges one part. True where more is due. Throws where the disk refuses; then nothing is purged but answers in memory. */
export function purgePart(
  store: Store,
  town: Town,
  replies: Replies,
  { retainMs, messagesMax, replyRetainMs }: RetentionLimits,
  { nowMs, wallMs, lastCommitId }: { nowMs: number; wallMs: number; lastCommitId: number },
): boolean {
  const beforeMs = nowMs - retainMs;
  const { baseWishes, outbox } = town;
  const rows = store.oldestInputs(PART).filter(({ atMs }) => atMs < beforeMs);
  const messages = outbox.due(beforeMs, messagesMax, PART);
  const changing = rows.filter(({ changesWishes }) => changesWishes);
  const wishes = wishesOf(
    changing.flatMap(({ id }) => store.inputsAfter(id - 1, 1)),
    baseWishes,
  );
  const purged = { ...town.purged };
  const lastRow = rows.at(-1);
  if (lastRow !== undefined) [purged.commitId, purged.inputsAtMs] = [lastRow.id, lastRow.atMs];
  if (messages !== null) [purged.messageId, purged.messagesAtMs] = [messages.messageId, messages.atMs];
  const repliesUpToId = Math.min(replies.forget(wallMs - replyRetainMs), lastCommitId);
  store.purge({ purged, repliesUpToId, clipsBeforeMs: beforeMs, messages, wishes });
  town.purged = purged;
  for (const row of wishes) baseWishes.set(row);
  if (messages !== null) outbox.forget(messages);
  return rows.length === PART || messages?.messages === PART;
}

// --- internal ---

/** Commits, and messages, of one part. */
const PART = 500;

/** Residents' settings after these inputs, of those whose settings they change: they must outlive them. */
function wishesOf(rows: readonly InputsRow[], base: Wishes): WishesRow[] {
  const changed = new Map<number, WishesRow>();
  for (const { json } of rows)
    for (const [, input] of parseInputs(json)) {
      if (input.kind !== 'preference') continue;
      const { resident } = input.change;
      const row = base.changed(input.change, changed.get(resident));
      if (row !== null) changed.set(resident, row);
    }
  return [...changed.values()];
}
