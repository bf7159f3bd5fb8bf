/**
 * The news team that reviews alerts before they go out: one desk per agency, some reviewers, one queue, working times and errors.
 * What a reviewer decides is drawn from a stream of the alert's own, so that the queue's length changes when, never what.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw, lognormal, type Seeds } from '../kernel/random.ts';

export interface NewsroomOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  reviewers: number;
  reviewMsMean: number;
  wrongRejectShare: number;
  wrongApproveShare: number;
  /** True where the matter behind an alert's key concerns the community: what a perfect reviewer would find out. */
  fit: (incidents: string) => boolean;
  decide: (ticket: string, decision: 'approve' | 'reject') => void;
}

interface Ticket {
  id: string;
  incidents: string;
  number: number;
  withdrawn: boolean;
}

/** Coefficient of variation of the working time (assumed). */
const REVIEW_CV = 0.7;

export interface Newsroom {
  request(ticket: string, incidents: string): void;
  withdraw(ticket: string): void;
  measures(): { tickets: number; approved: number; rejected: number; queueMax: number };
}

export function createNewsroom(o: NewsroomOptions): Newsroom {
  const waiting: Ticket[] = [];
  const open = new Map<string, Ticket>();
  const counts = { tickets: 0, approved: 0, rejected: 0, queueMax: 0 };
  let busy = 0;

  const startNext = (): void => {
    while (busy < o.reviewers && waiting.length > 0) {
      const ticket = waiting.shift() as Ticket;
      if (ticket.withdrawn) continue;
      busy += 1;
      const draw = keyedDraw(o.seeds, `${o.agencyId}/review`, ticket.id);
      const workMs = Math.max(1000, Math.round(lognormal(draw, o.reviewMsMean, REVIEW_CV)));
      const fit = o.fit(ticket.incidents);
      const wrong = draw() < (fit ? o.wrongRejectShare : o.wrongApproveShare);
      o.kernel.schedule(o.kernel.nowMs + workMs, KIND.reviewDone, ticket.number, 0, { ticket, approve: fit !== wrong });
    }
  };

  o.kernel.on(KIND.reviewDone, (_entity, payload) => {
    const { ticket, approve } = payload as { ticket: Ticket; approve: boolean };
    busy -= 1;
    open.delete(ticket.id);
    if (!ticket.withdrawn) {
      if (approve) counts.approved += 1;
      else counts.rejected += 1;
      o.decide(ticket.id, approve ? 'approve' : 'reject');
    }
    startNext();
  });

  return {
    request(id, incidents) {
      const ticket: Ticket = { id, incidents, number: counts.tickets, withdrawn: false };
      counts.tickets += 1;
      open.set(id, ticket);
      waiting.push(ticket);
      startNext();
      counts.queueMax = Math.max(counts.queueMax, waiting.length);
    },
    withdraw(id) {
      const ticket = open.get(id);
      if (ticket !== undefined) ticket.withdrawn = true;
    },
    measures: () => ({ ...counts }),
  };
}
