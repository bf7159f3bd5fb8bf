/** The oracle: it is told what reached the target's door and what came out, and judges both by docs/reference/rules.md and the world's truth. */
import type { MsgType } from '../contract/alert.ts';
import type { MessageManifest, PrivateString } from '../contract/manifest.ts';
import type { PipelineInput, PipelineOutput } from '../contract/pipeline.ts';
import { Entitlement } from './entitlement.ts';
import { judgeEvidence } from './judgement.ts';
import { LeakSearch } from './leak-search.ts';
import type {
  Arrival,
  CreateOracle,
  Judgement,
  Oracle,
  OracleConfig,
  Reception,
  Standing,
  TruthView,
  Unreachable,
} from './oracle-api.ts';
import { DOUBT, type Doubt, Moment } from './owed/doubt.ts';
import { OwedAlerts } from './owed/owed-alerts.ts';
import { findSorted, People } from './rules/people.ts';
import { PublishedMessages } from './published.ts';
import { Receipts } from './receipts.ts';
import { Secrets } from './secrets.ts';

/** Makes an oracle for one run (oracle-api.ts). */
export const createOracle: CreateOracle = (config) => new RulesOracle(config);

// --- internal ---

class RulesOracle implements Oracle {
  readonly #config: OracleConfig;
  readonly #people: People;
  readonly #owedAlerts: OwedAlerts;
  readonly #secrets = new Secrets();
  readonly #receipts = new Receipts();
  readonly #entitlement: Entitlement;
  readonly #published: PublishedMessages;
  readonly #leakSearch: LeakSearch;
  readonly #withheld: Record<string, number> = {};
  readonly #withheldKeys = new Map<string, string>();
  #nowMs = 0;

  constructor(config: OracleConfig) {
    this.#config = config;
    this.#people = new People(config.roster);
    this.#owedAlerts = new OwedAlerts(config, this.#people);
    this.#entitlement = new Entitlement(this.#people, config);
    this.#published = new PublishedMessages(config, this.#owedAlerts, this.#secrets);
    this.#leakSearch = new LeakSearch(config, this.#secrets, this.#owedAlerts);
  }

  learnPrivate(agency: string, recordId: string, strings: PrivateString[]): void {
    this.#secrets.learn(agency, recordId, strings, this.#nowMs);
  }

  door(input: PipelineInput, manifest: MessageManifest | null, atMs: number, arrival: Arrival = {}): void {
    this.#nowMs = atMs;
    this.#leakSearch.input(input, manifest);
    switch (input.kind) {
      case 'cad': {
        const rows = this.#owedAlerts.cad(input, manifest, this.#moment(atMs, arrival));
        if (arrival.withoutReceipt === true || arrival.unsure === true) this.#receipts.allow(input.messageId);
        else this.#receipts.demand(input.messageId, rows);
        return;
      }
      case 'preference': {
        const { resident } = input.change;
        this.#people.change(input.change, atMs);
        if (arrival.unsure === true) this.#people.doubt(resident, atMs, Infinity);
        else if (arrival.spreadMs !== undefined) this.#people.doubt(resident, atMs, atMs + arrival.spreadMs);
        return;
      }
      case 'review':
        this.#owedAlerts.review(input.ticket, input.decision, this.#moment(atMs, arrival));
        return;
      case 'post':
      case 'motion':
      case 'wake':
        return;
    }
  }

  observe(output: PipelineOutput, atMs: number, reception?: Reception): void {
    switch (output.kind) {
      case 'receipt':
        this.#receipts.observe(output.messageId, output.rows);
        this.#leakSearch.receipt(output.rows);
        return;
      case 'publish':
        this.#leakSearch.leaks.push(...this.#published.observe(output, atMs, reception ?? null));
        return;
      case 'review-request':
        this.#leakSearch.reviewRequest(output);
        return;
      case 'withheld':
        this.#withheld[output.reason] = (this.#withheld[output.reason] ?? 0) + 1;
        this.#withheldKeys.set(output.incidents, output.reason);
        return;
      case 'suppressed':
        this.#leakSearch.suppressed(output);
        return;
      case 'post':
        this.#leakSearch.post(output);
        return;
      case 'log':
        this.#leakSearch.log(output);
        return;
      case 'review-withdrawn':
        return;
    }
  }

  judge(truth: TruthView, unreachable: Unreachable = () => null): Judgement {
    const evidence = {
      config: this.#config,
      owedAlerts: this.#owedAlerts,
      published: this.#published,
      entitlement: this.#entitlement,
      leakSearch: this.#leakSearch,
      receipts: this.#receipts,
      withheldKeys: this.#withheldKeys,
      withheld: this.#withheld,
    };
    return judgeEvidence(evidence, truth, unreachable);
  }

  stands(incidents: string, msgType: MsgType, resident: number): Standing {
    const candidates = this.#published.owedUnder(incidents).filter((owed) => owed.msgType === msgType);
    if (candidates.length === 0) return standingInDoubt(this.#owedAlerts.doubt(incidents));
    let standing = 'must-not' as Standing;
    for (const owed of candidates) {
      const isRecipient = findSorted(owed.recipients, resident) >= 0;
      const may = this.#entitlement.mayHave(owed).has(resident);
      if (may || (owed.doubt !== DOUBT.none && isRecipient)) {
        const isUnsure =
          owed.spreadMs > 0 ||
          owed.doubt === DOUBT.unsure ||
          this.#people.doubtedBetween(owed.dueMs, owed.dueMs).includes(resident);
        standing = isUnsure || standing === 'unsure' ? 'unsure' : 'may';
      } else if (isRecipient) return 'must';
    }
    return standing;
  }

  #moment(atMs: number, { meantMs, spreadMs, unsure, exact }: Arrival): Moment {
    const { toleranceMs, graceMs } = this.#config;
    return new Moment(atMs, { meantMs, spreadMs, unsure, ...(exact !== true && { toleranceMs, graceMs }) });
  }
}

/** The standing of a message that never fell due. */
function standingInDoubt(doubt: Doubt): Standing {
  switch (doubt) {
    case DOUBT.none:
      return 'must-not';
    case DOUBT.band:
      return 'may';
    case DOUBT.unsure:
      return 'unsure';
  }
}
