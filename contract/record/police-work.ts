/** The section on patrol's work and calls. */
import Type, { type Static } from 'typebox';
import { Count } from './measures.ts';

/** What became of jobs, of patrol's time and of calls to 911, mechanism by mechanism; docs/model/police.md. Zero where a mechanism is off. */
export const PoliceWorkSchema = Type.Object({
  /** On duty: on the roster, breaks included, or still at a job after the shift. */
  unitHours: Type.Object({
    onDuty: Type.Number(),
    /** Busy at calls behind which something had happened, or nothing; and at work that officers found themselves. They add up to `police.unitHours.total`. */
    founded: Type.Number(),
    unfounded: Type.Number(),
    selfInitiated: Type.Number(),
    /** A part of the first two. */
    alertInduced: Type.Number(),
    breaks: Type.Number(),
    /** After the end of a shift. */
    overrun: Type.Number(),
    /** Neighbours' units, which are no part of any other figure. */
    lent: Type.Number(),
  }),
  /** Records that asked for units, those called off, rises by a priority, those settled by telephone, and units taken off a call for priority 1. */
  jobs: Type.Object({ requested: Count, cancelled: Count, escalated: Count, byPhone: Count, preempted: Count }),
  /** Units lent by neighbours, and requests for one that found none to spare. */
  aid: Type.Object({ lent: Count, refused: Count }),
  /** Taken up, missed because nobody was idle, and broken off for priority 1. */
  selfInitiated: Type.Object({ started: Count, missed: Count, yielded: Count }),
  /** Meal breaks due, taken in full, broken off for priority 1, and not begun in time. */
  breaks: Type.Object({ due: Count, taken: Count, brokenOff: Count, missed: Count }),
  /** Jobs that outlasted a shift. */
  overruns: Count,
  callTakers: Type.Object({
    /** Position hours on duty, and the share of them on calls. */
    hoursOnDuty: Type.Number(),
    utilisation: Type.Number(),
    /** Redials included; answered by anybody; answered by a neighbour; and tries to hand one over that found the neighbour busy. */
    offered: Count,
    answered: Count,
    overflowed: Count,
    overflowRefused: Count,
    /** Of those offered. */
    abandonedShare: Type.Number(),
  }),
});

export type PoliceWork = Static<typeof PoliceWorkSchema>;
