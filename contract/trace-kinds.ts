/** The kinds of input that a trace holds. They are in a file of their own, which loads no schema, so that threads can afford it. */
import type { TraceInputKind } from './trace.ts';

/** The compiler makes sure that no kind is left out. */
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

/** All kinds, in the order by which columns number them. */
export const TRACE_INPUT_KINDS = Object.keys(KINDS) as readonly TraceInputKind[];
