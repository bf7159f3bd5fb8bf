/**
 * The portal through which police ask for video, and what each side gets to know. Police name an active case, an area and a time window. They never learn
 * who was asked, nor how many: only clips come back. Each owner reviews what was recorded and consents, or does not. A court order goes another way and into a log
 * of its own.
 *
 * 22,335 incidents by 2,014 departments in 2020, 11 each (FT, solid). About 10% of owners ever shared a clip (Consumer Reports, weak). Sizes of area
 * and window, and all delays, are assumed.
 */
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { exponential, keyedDraw, type Seeds } from '../kernel/random.ts';

const AREA_RADIUS_DM = 4000;
const WINDOW_MS = HOUR_MS;
const ASK_DELAY_MS_MEAN = DAY_MS;
const REVIEW_DELAY_MS_MEAN = 12 * HOUR_MS;

export interface VideoCase {
  /** Unique in the agency. */
  id: string;
  x: number;
  y: number;
  onsetMs: number;
}

/** A request as police know it. */
export interface VideoRequest {
  caseId: string;
  area: { x: number; y: number; radiusDm: number };
  window: { fromMs: number; untilMs: number };
  clips: number;
}

export interface VideoCounts {
  requests: number;
  asked: number;
  shared: number;
  declined: number;
  courtOrders: number;
}

export interface VideoPortalOptions {
  seeds: Seeds;
  agencyId: string;
  /** Shares of cases asked about, of owners who consent, and of requests followed by a court order. */
  requestShare: number;
  consentShare: number;
  courtOrderShare: number;
  now: () => number;
  later: (atMs: number, act: () => void) => void;
  /** App users with a doorbell who live within the distance, indices. */
  ownersNear: (x: number, y: number, radiusDm: number) => number[];
  /** What an owner's chance of consenting is multiplied by. */
  willingness: (resident: number) => number;
}

export class VideoPortal {
  /** What police see of it: nothing here says who was asked, or how many. */
  readonly requests: VideoRequest[] = [];
  /** Apart from the requests, as the law has it. */
  readonly courtOrders: { caseId: string; atMs: number }[] = [];
  private asked = 0;
  private shared = 0;
  private declined = 0;
  private readonly o: VideoPortalOptions;

  constructor(o: VideoPortalOptions) {
    this.o = o;
  }

  /** Police are at an active case now; some they will ask about. */
  opened(video: VideoCase): void {
    const draw = keyedDraw(this.o.seeds, `${this.o.agencyId}/video/case`, video.id);
    if (draw() >= this.o.requestShare) return;
    const askMs = this.o.now() + Math.round(exponential(draw, ASK_DELAY_MS_MEAN));
    const isOrdered = draw() < this.o.courtOrderShare;
    this.o.later(askMs, () => this.ask(video, isOrdered));
  }

  counts(): VideoCounts {
    const { asked, shared, declined } = this;
    return { requests: this.requests.length, asked, shared, declined, courtOrders: this.courtOrders.length };
  }

  // --- internal ---

  private ask(video: VideoCase, isOrdered: boolean): void {
    const { seeds, agencyId, consentShare } = this.o;
    const request: VideoRequest = {
      caseId: video.id,
      area: { x: video.x, y: video.y, radiusDm: AREA_RADIUS_DM },
      window: { fromMs: video.onsetMs - WINDOW_MS, untilMs: video.onsetMs + WINDOW_MS },
      clips: 0,
    };
    this.requests.push(request);
    if (isOrdered) this.courtOrders.push({ caseId: video.id, atMs: this.o.now() });
    for (const owner of this.o.ownersNear(video.x, video.y, AREA_RADIUS_DM)) {
      this.asked += 1;
      const draw = keyedDraw(seeds, `${agencyId}/video/owner`, `${video.id}/${owner}`);
      const reviewMs = this.o.now() + Math.round(exponential(draw, REVIEW_DELAY_MS_MEAN));
      const consents = draw() < consentShare * this.o.willingness(owner);
      this.o.later(reviewMs, () => {
        if (consents) {
          this.shared += 1;
          request.clips += 1;
        } else {
          this.declined += 1;
        }
      });
    }
  }
}
