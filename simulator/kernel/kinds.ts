/**
 * Kinds of events. Events of one agency at one moment run in the order (kind, entity, ordinal): a kind's number is its rank, with causes before
 * effects.
 */
export const KIND = {
  deviceMotion: 0,
  incidentArrival: 1,
  callArrival: 4,
  callPatience: 5,
  callFinished: 6,
  callTaken: 7,
  recordChange: 8,
  unitOnScene: 9,
  unitCleared: 10,
  selfInitiated: 11,
  outage: 12,
  feedPublish: 13,
  feedBatch: 14,
  portalPoll: 15,
  doorArrival: 16,
  preference: 17,
  reviewDone: 18,
  pipelineWake: 19,
  reaction: 20,
  crossing: 21,
  sample: 22,
  patrolShift: 23,
  callTakerShift: 24,
  unitBreak: 25,
  jobWaited: 26,
  callOverflow: 27,
} as const;
/** One of the kinds above. */
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Kinds are below this: kind, entity and ordinal share the 53 bits of one exact double. */
export const KINDS_MAX = 32;
