/** The search for private strings in whatever leaves the target apart from frames: receipts, logs, posts and review requests. */
import type { MessageManifest } from '../contract/manifest.ts';
import { type PipelineInput, type PipelineOutput, REJECT_CODES, type RowReceipt } from '../contract/pipeline.ts';
import { SUPPRESSIONS } from '../contract/policy.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../contract/roster.ts';
import type { Judgement, Leak, OracleConfig } from './oracle-api.ts';
import type { OwedAlerts } from './owed/owed-alerts.ts';
import type { Secrets } from './secrets.ts';

/** The input that the target was last given: a text that follows it may come from its records. */
interface Occasion {
  /** Null if the input tells of no agency. */
  agency: string | null;
  recordIds: string[];
}

/** Collects the leaks of a run. The oracle adds those of frames. */
export class LeakSearch {
  /** In order of observation. */
  readonly leaks: Leak[] = [];
  readonly review: Judgement['review'] = { texts: 0, words: 0, blanked: 0 };
  readonly #config: OracleConfig;
  readonly #secrets: Secrets;
  readonly #owedAlerts: OwedAlerts;
  readonly #agencyNames: ReadonlyMap<string, string>;
  /** The agency of each post's author, by the post's id. */
  readonly #postAgencies = new Map<string, string | null>();
  #occasion: Occasion = { agency: null, recordIds: [] };

  constructor(config: OracleConfig, secrets: Secrets, owedAlerts: OwedAlerts) {
    this.#config = config;
    this.#secrets = secrets;
    this.#owedAlerts = owedAlerts;
    this.#agencyNames = new Map(config.agencies.map((profile) => [profile.id, profile.name]));
  }

  /** An input reached the door. */
  input(input: PipelineInput, manifest: MessageManifest | null): void {
    this.#occasion = { agency: null, recordIds: [] };
    if (input.kind === 'cad') {
      const recordIds = manifest?.rows.map((row) => row.recordId.trim()) ?? [];
      this.#occasion = { agency: input.agency, recordIds };
    } else if (input.kind === 'post') {
      const agency = this.#config.agencies[Math.floor(input.resident / RESIDENTS_PER_AGENCY_MAX)]?.id ?? null;
      this.#occasion = { agency, recordIds: [] };
      this.#postAgencies.set(input.postId, agency);
    }
  }

  receipt(rows: readonly RowReceipt[]): void {
    if (rows.some((r) => r.code !== null && !REJECT_CODES.includes(r.code)))
      this.#search('receipt', JSON.stringify(rows));
  }

  suppressed(output: PipelineOutput & { kind: 'suppressed' }): void {
    if (!SUPPRESSIONS.includes(output.reason)) this.#search('log', output.reason);
  }

  log(output: PipelineOutput & { kind: 'log' }): void {
    this.#search('log', `${output.code} ${output.text}`);
  }

  post(output: PipelineOutput & { kind: 'post' }): void {
    // A post may be seen later than it came in: it still tells of its author's neighbourhood.
    const agency = this.#postAgencies.get(output.postId);
    if (agency !== undefined) this.#occasion = { agency, recordIds: [] };
    this.#search('post', output.text);
  }

  reviewRequest(output: PipelineOutput & { kind: 'review-request' }): void {
    this.review.texts++;
    this.review.words += output.text.split(/\s+/).filter((word) => word !== '').length;
    this.review.blanked += output.text.split('[…]').length - 1;
    const behind = this.#owedAlerts.recordsBehind(output.incidents);
    const text = `${output.text}\n${output.place}`;
    const name = this.#agencyNames.get(output.agency) ?? '';
    const permitted = `${name} | ${this.#owedAlerts.ask(output.ticket, output.incidents)?.place.text ?? ''}`;
    const kinds = new Set<string>(this.#secrets.inAnyText(text));
    if (behind !== null)
      for (const kind of this.#secrets.inRecords(text, behind.agency, behind.recordIds, permitted)) kinds.add(kind);
    for (const kind of kinds) this.leaks.push({ egress: 'review', kind, incidents: output.incidents, frames: 1 });
  }

  /** Searches a text that must hold nobody's private strings. */
  #search(egress: 'receipt' | 'log' | 'post', text: string): void {
    const kinds = new Set<string>(this.#secrets.inAnyText(text));
    const { agency, recordIds } = this.#occasion;
    if (agency !== null && recordIds.length > 0)
      for (const kind of this.#secrets.inRecords(text, agency, recordIds, '')) kinds.add(kind);
    else
      for (const id of agency === null ? this.#agencyNames.keys() : [agency])
        for (const kind of this.#secrets.inAgency(text, id)) kinds.add(kind);
    for (const kind of kinds) this.leaks.push({ egress, kind, incidents: null, frames: 1 });
  }
}
