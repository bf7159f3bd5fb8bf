/**
 * The portal through which police ask for video, and what each side gets to know. Police name an active case, an area and a time window. They
 * never learn who was asked, nor how many: only clips come back. Each owner reviews the recording, and consents or does not. A court order
 * goes another way and into a log of its own.
 *
 * 22,335 incidents by 2,014 departments in 2020, 11 each (FT, solid). About 10% of owners ever shared a clip (Consumer Reports, weak). The
 * sizes of area and window, and all delays, are assumed.
 */
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { exponential, keyedDraw, type Seeds } from '../kernel/random.ts';

const AREA_RADIUS_DM = 4000;
const WINDOW_MS = HOUR_MS;
const ASK_DELAY_MS_MEAN = DAY_MS;
const REVIEW_DELAY_MS_MEAN = 12 * HOUR_MS;

/** A case that police may ask about. */
export interface VideoCase {
  /** Unique in the agency. */
  id: string;
  /** Place, dm. */
  x: number;
  y: number;
  onsetMs: number;
}

/** A request, with everything that police know about it. */
export interface VideoRequest {
  caseId: string;
  area: { x: number; y: number; radiusDm: number };
  window: { fromMs: number; untilMs: number };
  clips: number;
}

/** Counts since the start. */
export interface VideoCounts {
  requests: number;
  /** Owners asked, and how many of them shared a clip or declined so far. */
  asked: number;
  shared: number;
  declined: number;
  courtOrders: number;
}

/** The shares by which police ask and owners consent, and the owners. Lengths in dm. */
export interface VideoPortalOptions {
  seeds: Seeds;
  agencyId: string;
  /** Share of cases that police ask about. */
  requestShare: number;
  /** Share of owners who consent. */
  consentShare: number;
  /** Share of requests that a court order follows. */
  courtOrderShare: number;
  now: () => number;
  later: (atMs: number, act: () => void) => void;
  /** App users with a doorbell who live within a distance, as indices. */
  ownersNear: (x: number, y: number, radiusDm: number) => number[];
  /** Factor of an owner's chance of consenting. */
  willingness: (resident: number) => number;
}

/** The video portal of one agency. */
export class VideoPortal {
  /** Police see this: nothing in it says who was asked, or how many. */
  readonly requests: VideoRequest[] = [];
  /** Court orders, apart from the requests, as the law demands. */
  readonly courtOrders: { caseId: string; atMs: number }[] = [];
  #asked = 0;
  #shared = 0;
  #declined = 0;
  readonly #options: VideoPortalOptions;

  constructor(options: VideoPortalOptions) {
    this.#options = options;
  }

  /** Police are at an active case now, and may ask about it later. */
  open(video: VideoCase): void {
    const draw = keyedDraw(this.#options.seeds, `${this.#options.agencyId}/video/case`, video.id);
    if (draw() >= this.#options.requestShare) return;
    const askMs = this.#options.now() + Math.round(exponential(draw, ASK_DELAY_MS_MEAN));
    const isOrdered = draw() < this.#options.courtOrderShare;
    this.#options.later(askMs, () => this.#ask(video, isOrdered));
  }

  counts(): VideoCounts {
    return {
      requests: this.requests.length,
      asked: this.#asked,
      shared: this.#shared,
      declined: this.#declined,
      courtOrders: this.courtOrders.length,
    };
  }

  #ask(video: VideoCase, isOrdered: boolean): void {
    const { seeds, agencyId, consentShare } = this.#options;
    const request: VideoRequest = {
      caseId: video.id,
      area: { x: video.x, y: video.y, radiusDm: AREA_RADIUS_DM },
      window: { fromMs: video.onsetMs - WINDOW_MS, untilMs: video.onsetMs + WINDOW_MS },
      clips: 0,
    };
    this.requests.push(request);
    if (isOrdered) this.courtOrders.push({ caseId: video.id, atMs: this.#options.now() });
    for (const owner of this.#options.ownersNear(video.x, video.y, AREA_RADIUS_DM)) {
      this.#asked += 1;
      const draw = keyedDraw(seeds, `${agencyId}/video/owner`, `${video.id}/${owner}`);
      const reviewMs = this.#options.now() + Math.round(exponential(draw, REVIEW_DELAY_MS_MEAN));
      const consents = draw() < consentShare * this.#options.willingness(owner);
      this.#options.later(reviewMs, () => {
        if (consents) {
          this.#shared += 1;
          request.clips += 1;
        } else {
          this.#declined += 1;
        }
      });
    }
  }
}
