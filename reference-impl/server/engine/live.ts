/** What the service knows besides what is on disk: the pipeline, its open tickets and residents' wishes. All of it follows from the inputs. */
import type { PipelineConfig, PipelineInput, PipelineOutput } from '../../../contract/pipeline.ts';
import { ROSTER_MUTED, ROSTER_QUIT, type PreferenceChange, type Roster } from '../../../contract/roster.ts';
import type { Ticket } from '../../../contract/wire.ts';
import { createPipeline, type ReferencePipeline } from '../../pipeline/pipeline.ts';
import { positionOf } from './outbox.ts';
import type { WishesRow } from '../store/store.ts';

/** Residents' settings, as columns. */
export class Wishes {
  readonly ids: Uint32Array;
  readonly radiusDm: Int32Array;
  readonly categories: Uint16Array;
  readonly flags: Uint8Array;

  constructor({ ids, radiusDm, categories, flags }: Pick<Roster, 'ids' | 'radiusDm' | 'categories' | 'flags'>) {
    this.ids = ids;
    this.radiusDm = radiusDm.slice();
    this.categories = categories.slice();
    this.flags = flags.slice();
  }

  /** Null where there is no such resident. */
  of(resident: number): WishesRow | null {
    const row = positionOf(this.ids, resident);
    if (row < 0) return null;
    return { resident, radiusDm: this.radiusDm[row], categories: this.categories[row], flags: this.flags[row] };
  }

  /** The settings after a change, which comes after `earlier` where that is given; null where there is no such resident. */
  changed({ resident, radiusDm, categories, muted, quit }: PreferenceChange, earlier?: WishesRow): WishesRow | null {
    const known = earlier ?? this.of(resident);
    if (known === null) return null;
    let { flags } = known;
    if (muted !== undefined) flags = muted ? flags | ROSTER_MUTED : flags & ~ROSTER_MUTED;
    if (quit !== undefined) flags = quit ? flags | ROSTER_QUIT : flags & ~ROSTER_QUIT;
    return { resident, radiusDm: radiusDm ?? known.radiusDm, categories: categories ?? known.categories, flags };
  }

  set({ resident, radiusDm, categories, flags }: WishesRow): void {
    const row = positionOf(this.ids, resident);
    if (row < 0) return;
    this.radiusDm[row] = radiusDm;
    this.categories[row] = categories;
    this.flags[row] = flags;
  }

  /** The roster with these settings. */
  onto(roster: Roster): Roster {
    return { ...roster, radiusDm: this.radiusDm, categories: this.categories, flags: this.flags };
  }

  copy(): Wishes {
    return new Wishes(this);
  }
}

export class Live {
  readonly pipeline: ReferencePipeline;
  readonly wishes: Wishes;
  readonly #open = new Map<string, Ticket>();

  /** Throws a RangeError where the profiles can't be worked with. `wishes`: residents' settings at the start. */
  constructor(config: PipelineConfig, wishes: Wishes) {
    this.wishes = wishes.copy();
    this.pipeline = createPipeline({ ...config, roster: wishes.onto(config.roster) });
  }

  handle(input: PipelineInput, nowMs: number): PipelineOutput[] {
    const outputs = this.pipeline.handle(input, nowMs);
    if (input.kind === 'preference') {
      const changed = this.wishes.changed(input.change);
      if (changed !== null) this.wishes.set(changed);
    }
    if (input.kind === 'review') this.#open.delete(input.ticket);
    for (const output of outputs) this.#note(output);
    return outputs;
  }

  /** Oldest first. Lets go of those that were forgotten with their records. */
  tickets(): Ticket[] {
    for (const ticket of this.#open.keys()) if (!this.pipeline.isTicketOpen(ticket)) this.#open.delete(ticket);
    return [...this.#open.values()];
  }

  // --- internal ---

  #note(output: PipelineOutput): void {
    if (output.kind === 'review-withdrawn') this.#open.delete(output.ticket);
    if (output.kind !== 'review-request') return;
    const { kind: _kind, ...ticket } = output;
    this.#open.set(ticket.ticket, ticket);
  }
}
