/** The kinds of input that a trace holds, in the order by which they are numbered. A page of its own: it loads no schema, so that threads can afford it. */
import type { TraceInputKind } from './trace.ts';

/** Keyed, so that none can be left out. */
const KINDS: Readonly<Record<TraceInputKind, true>> = {
  cad: true,
  snapshot: true,
  preference: true,
  post: true,
  review: true,
  motion: true,
  clip: true,
  heartbeat: true,
  connect: true,
  disconnect: true,
  attach: true,
  detach: true,
};

export const TRACE_INPUT_KINDS = Object.keys(KINDS) as readonly TraceInputKind[];
