/** Which residents are owed a message, may have it, or must not have it, under the settings that were in force. */
import { ROSTER_MUTED, ROSTER_QUIT } from '../contract/roster.ts';
import type { OracleConfig } from './oracle-api.ts';
import type { OwedMessage } from './owed/owed-message.ts';
import { findSorted, type People } from './rules/people.ts';

/** Answers for each message who is entitled to it. */
export class Entitlement {
  readonly #people: People;
  readonly #toleranceMs: number;
  readonly #graceMs: number;
  readonly #openTo = new Map<OwedMessage, ReadonlySet<number>>();

  constructor(people: People, { toleranceMs, graceMs = 0 }: Pick<OracleConfig, 'toleranceMs' | 'graceMs'>) {
    this.#people = people;
    this.#toleranceMs = toleranceMs;
    this.#graceMs = graceMs;
  }

  /**
   * Residents for whom both is right, to have a message and not to have it: their settings changed within the clock's tolerance, or a
   * change was never acknowledged.
   */
  mayHave(owed: OwedMessage): ReadonlySet<number> {
    const known = this.#openTo.get(owed);
    if (known !== undefined) return known;
    const fromMs = owed.dueMs - this.#toleranceMs;
    const toMs = owed.dueMs + this.#toleranceMs + this.#graceMs + owed.spreadMs;
    const doubted = this.#people.doubtedBetween(fromMs, toMs);
    if (fromMs === toMs && doubted.length === 0) return NOBODY;
    const may = new Set<number>(doubted);
    for (const resident of this.#people.changedBetween(fromMs, toMs))
      if (this.#isOpen(owed, resident, fromMs, toMs)) may.add(resident);
    // A resident who may have had an earlier message may be told how it ended.
    for (const earlier of owed.earlier) {
      for (const resident of this.mayHave(earlier))
        if (owed.msgType === 'Cancel' || findSorted(owed.recipients, resident) < 0) may.add(resident);
    }
    this.#openTo.set(owed, may);
    return may;
  }

  /** Why a resident outside the audience must not have a message that was sent at `atMs`; null if it may have it. */
  whyNot(owed: OwedMessage, resident: number, atMs: number): string | null {
    if (this.mayHave(owed).has(resident)) return null;
    const [settings] = this.#people.settingsBetween(resident, owed.dueMs + 1, owed.dueMs + 1);
    const [later] = this.#people.settingsBetween(resident, atMs + 1, atMs + 1);
    if (settings === undefined) return 'unknown-resident';
    for (const s of [settings, later]) {
      const mismatch = this.#people.mismatch(resident, s, owed.reach, owed.category);
      if (owed.msgType === 'Cancel' && mismatch !== 'quit' && mismatch !== 'muted') continue;
      if (mismatch !== null) return mismatch;
    }
    return owed.msgType === 'Cancel' ? 'never-sent' : 'not-matching';
  }

  /** True if some of the settings between two moments entitle a resident to a message, and others do not. */
  #isOpen(owed: OwedMessage, resident: number, fromMs: number, toMs: number): boolean {
    const entitled = this.#people.settingsBetween(resident, fromMs, toMs).map((s) => {
      if ((s.flags & (ROSTER_MUTED | ROSTER_QUIT)) !== 0) return false;
      if (owed.msgType !== 'Alert' && owed.earlier.some((e) => findSorted(e.recipients, resident) >= 0)) return true;
      return owed.msgType !== 'Cancel' && this.#people.mismatch(resident, s, owed.reach, owed.category) === null;
    });
    return entitled.includes(true) && entitled.includes(false);
  }
}

// --- internal ---

const NOBODY: ReadonlySet<number> = new Set();
