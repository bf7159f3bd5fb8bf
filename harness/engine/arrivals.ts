/** The first arrival of each record at the platform's door, and the delays of the alerts that followed from it. */
import type { MessageManifest } from '../../contract/manifest.ts';
import type { AlertLine } from '../../contract/record/lines.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import type { World } from '../../simulator/world/world.ts';
import { runKey } from './plan.ts';
import type { DelayStage } from './shard-result.ts';

export class Arrivals {
  readonly #agency: string;
  readonly #runKey: string;
  /** Record ids by the key that alerts name them with. */
  readonly #recordIds = new Map<string, string>();
  readonly #first = new Map<string, { publishedMs: number; doorMs: number }>();

  constructor(agency: string, seed: number) {
    this.#agency = agency;
    this.#runKey = runKey(seed);
  }

  /** Notes the records of a message that is at the door at `doorMs`; the source published it at `publishedMs`. */
  note(manifest: MessageManifest, publishedMs: number, doorMs: number): void {
    for (const { recordId } of manifest.rows) {
      if (this.#first.has(recordId)) continue;
      this.#first.set(recordId, { publishedMs, doorMs });
      this.#recordIds.set(alertKey(this.#runKey, this.#agency, recordId), recordId);
    }
  }

  /** The record behind an alert's key; null if no record of that key has arrived. */
  recordId(incidents: string): string | null {
    return this.#recordIds.get(incidents) ?? null;
  }

  /** How long each leg from the onset of the incident to this alert took, ms; null if the record or its incident is unknown. */
  delays({ incidents, sentMs }: AlertLine, desk: World['desk']): Record<DelayStage, number> | null {
    const recordId = this.#recordIds.get(incidents);
    if (recordId === undefined) return null;
    const file = desk.file(recordId);
    const door = this.#first.get(recordId);
    if (file?.incident == null || door === undefined) return null;
    return {
      notice: file.callMs - file.incident.onsetMs,
      answer: file.answeredMs - file.callMs,
      entry: file.record.entryMs - file.answeredMs,
      publication: door.publishedMs - file.record.entryMs,
      transport: door.doorMs - door.publishedMs,
      review: sentMs - door.doorMs,
      total: sentMs - file.incident.onsetMs,
    };
  }
}
