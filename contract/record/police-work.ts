/** The section of a run record on the work of patrol and call-takers; docs/model/police.md. */
import Type, { type Static } from 'typebox';
import { Count } from './measures.ts';

/** Jobs, patrol's time and calls to 911, mechanism by mechanism. The numbers of a mechanism that is off are 0. */
export const PoliceWorkSchema = Type.Object({
  /** Hours of units on duty: on the roster, with breaks, or still at a job after the shift. */
  unitHours: Type.Object({
    onDuty: Type.Number(),
    /** Hours busy at calls about something that had happened, at calls about nothing, and at work that officers found themselves. They add up to `police.unitHours.total`. */
    founded: Type.Number(),
    unfounded: Type.Number(),
    selfInitiated: Type.Number(),
    /** Hours because of alerts, which are a part of `founded` and `unfounded`. */
    alertInduced: Type.Number(),
    breaks: Type.Number(),
    /** Hours after the end of a shift. */
    overrun: Type.Number(),
    /** Hours of neighbours' units, which no other number includes. */
    lent: Type.Number(),
  }),
  /** Records that asked for units, records called off, rises by one priority, records settled by telephone, and units taken off a call for priority 1. */
  jobs: Type.Object({ requested: Count, cancelled: Count, escalated: Count, byPhone: Count, preempted: Count }),
  /** Units that neighbours lent, and requests for a unit that no neighbour could spare. */
  aid: Type.Object({ lent: Count, refused: Count }),
  /** Self-initiated work that was taken up, missed because no unit was idle, and broken off for priority 1. */
  selfInitiated: Type.Object({ started: Count, missed: Count, yielded: Count }),
  /** Meal breaks that were due, taken in full, broken off for priority 1, and not begun in time. */
  breaks: Type.Object({ due: Count, taken: Count, brokenOff: Count, missed: Count }),
  /** Jobs that outlasted a shift. */
  overruns: Count,
  callTakers: Type.Object({
    /** Hours of positions on duty, and the share of them spent on calls. */
    hoursOnDuty: Type.Number(),
    utilisation: Type.Number(),
    /** Calls offered, redials included; calls answered by anybody; calls answered by a neighbour; and attempts to hand one over that found the neighbour busy. */
    offered: Count,
    answered: Count,
    overflowed: Count,
    overflowRefused: Count,
    /** Share of the calls offered whose caller hung up. */
    abandonedShare: Type.Number(),
  }),
});

/** A section that PoliceWorkSchema accepts. */
export type PoliceWork = Static<typeof PoliceWorkSchema>;
