/**
 * The news team that reviews alerts before they go out: one desk for each agency, with some reviewers, one queue, working times and errors.
 * A reviewer's decision is drawn from a stream of the alert's own: the length of the queue changes its time, never the decision.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw, lognormal, type Seeds } from '../kernel/random.ts';

/** The news team of one agency, and the functions by which it hears and decides. */
export interface NewsroomOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  reviewers: number;
  reviewMsMean: number;
  /** Share of alerts that a reviewer rejects although they are fit. */
  wrongRejectShare: number;
  /** Share of alerts that a reviewer approves although they are unfit. */
  wrongApproveShare: number;
  /** True if the event behind an alert's key concerns the community: a perfect reviewer would find that out. */
  fit: (incidents: string) => boolean;
  decide: (ticket: string, decision: 'approve' | 'reject') => void;
}

/** Counts since the start. */
export interface NewsroomMeasures {
  tickets: number;
  approved: number;
  rejected: number;
  /** Most tickets waiting for a reviewer at once. */
  queueMax: number;
}

interface Ticket {
  id: string;
  incidents: string;
  /** Counts tickets from 0: the kernel's entity. */
  number: number;
  isWithdrawn: boolean;
}

/** Coefficient of variation of the working time. Assumed. */
const REVIEW_CV = 0.7;
const REVIEW_MS_MIN = 1000;

/** One agency's news team. */
export class Newsroom {
  readonly #options: NewsroomOptions;
  readonly #waiting: Ticket[] = [];
  /** Tickets that nobody has decided on, by id. */
  readonly #open = new Map<string, Ticket>();
  readonly #counts: NewsroomMeasures = { tickets: 0, approved: 0, rejected: 0, queueMax: 0 };
  #busy = 0;

  constructor(options: NewsroomOptions) {
    this.#options = options;
    options.kernel.on(KIND.reviewDone, (_entity, payload) => {
      const { ticket, approve } = payload as { ticket: Ticket; approve: boolean };
      this.#finish(ticket, approve);
    });
  }

  /** The platform asks for a decision on an alert. */
  request(id: string, incidents: string): void {
    const ticket: Ticket = { id, incidents, number: this.#counts.tickets, isWithdrawn: false };
    this.#counts.tickets += 1;
    this.#open.set(id, ticket);
    this.#waiting.push(ticket);
    this.#startNext();
    this.#counts.queueMax = Math.max(this.#counts.queueMax, this.#waiting.length);
  }

  /** The platform needs no decision any more. */
  withdraw(id: string): void {
    const ticket = this.#open.get(id);
    if (ticket !== undefined) ticket.isWithdrawn = true;
  }

  measures(): NewsroomMeasures {
    return { ...this.#counts };
  }

  #startNext(): void {
    const { kernel, seeds, agencyId, reviewers, reviewMsMean, wrongRejectShare, wrongApproveShare, fit } =
      this.#options;
    while (this.#busy < reviewers && this.#waiting.length > 0) {
      const ticket = this.#waiting.shift() as Ticket;
      if (ticket.isWithdrawn) continue;
      this.#busy += 1;
      const draw = keyedDraw(seeds, `${agencyId}/review`, ticket.id);
      const workMs = Math.max(REVIEW_MS_MIN, Math.round(lognormal(draw, reviewMsMean, REVIEW_CV)));
      const isFit = fit(ticket.incidents);
      const isWrong = draw() < (isFit ? wrongRejectShare : wrongApproveShare);
      kernel.schedule(kernel.nowMs + workMs, KIND.reviewDone, ticket.number, 0, { ticket, approve: isFit !== isWrong });
    }
  }

  #finish(ticket: Ticket, approve: boolean): void {
    this.#busy -= 1;
    this.#open.delete(ticket.id);
    if (!ticket.isWithdrawn) {
      if (approve) this.#counts.approved += 1;
      else this.#counts.rejected += 1;
      this.#options.decide(ticket.id, approve ? 'approve' : 'reject');
    }
    this.#startNext();
  }
}
