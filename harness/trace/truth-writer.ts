/** Writes truth.jsonl: what each message of a trace says, the private strings in it, and the true incident behind each record. */
import { join } from 'node:path';
import type { PrivateString } from '../../contract/manifest.ts';
import type { TruthLine } from '../../contract/trace.ts';
import type { TruthView } from '../../oracle/oracle-api.ts';
import { HashedFile } from './hashed-file.ts';
import type { RecordedMessage } from './open-records.ts';
import { FILES } from './trace-file.ts';

/** Agencies are given by their index. Every method throws what the file system throws. */
export class TruthWriter {
  readonly #file: HashedFile;
  /** Ids of the agencies, by index. */
  readonly #agencies: string[] = [];
  /** By agency: the records that messages of the trace are about, in order. */
  readonly #records: Set<string>[] = [];
  /** By agency and record: strings that no message has carried yet. */
  readonly #uncarried = new Map<string, PrivateString[]>();

  constructor(file: HashedFile) {
    this.#file = file;
  }

  /** An empty truth.jsonl in the folder of a trace. */
  static async create(dir: string): Promise<TruthWriter> {
    return new TruthWriter(await HashedFile.create(join(dir, FILES.truth)));
  }

  /** Must be called for each agency before anything else about it. */
  addAgency(index: number, id: string): void {
    this.#agencies[index] = id;
    this.#records[index] = new Set();
  }

  /** Keeps private strings of a record, or of a post by its postId, until a message carries them. */
  keepPrivates(agency: number, recordId: string, strings: readonly PrivateString[]): void {
    const key = keyOf(agency, recordId);
    const kept = this.#uncarried.get(key);
    if (kept === undefined) this.#uncarried.set(key, [...strings]);
    else kept.push(...strings);
  }

  /** Writes the contents of a CAD message, after the private strings that it is the first to carry. */
  async message({ agency, manifest, changedMs, publishedMs }: RecordedMessage): Promise<void> {
    for (const { recordId } of manifest.rows) {
      this.#records[agency].add(recordId);
      await this.privates(agency, recordId, manifest.messageId);
    }
    await this.#write({ line: 'manifest', manifest, changedMs, publishedMs });
  }

  /** Writes the private strings of a record that nothing has carried yet; `carrier` is the message or post that does now. */
  async privates(agency: number, recordId: string, carrier: string): Promise<void> {
    const key = keyOf(agency, recordId);
    const strings = this.#uncarried.get(key);
    if (strings === undefined) return;
    this.#uncarried.delete(key);
    await this.#write({ line: 'private', agency: this.#agencies[agency], recordId, carrier, strings });
  }

  async fault(fault: Extract<TruthLine, { line: 'fault' }>): Promise<void> {
    await this.#write(fault);
  }

  /** Writes the incident behind each record and ends the file; `views` are by agency. Returns the file's SHA-256 in lower-case hex. */
  async finish(views: readonly TruthView[]): Promise<string> {
    for (const [index, records] of this.#records.entries()) {
      const agency = this.#agencies[index];
      for (const recordId of records)
        await this.#write({ line: 'record', agency, recordId, incident: views[index].record(agency, recordId) });
    }
    return this.#file.finish();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  // --- internal ---

  async #write(line: TruthLine): Promise<void> {
    await this.#file.line(line);
  }
}

function keyOf(agency: number, recordId: string): string {
  return `${agency}\n${recordId}`;
}
