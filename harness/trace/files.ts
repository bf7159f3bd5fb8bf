/** The files of a trace's folder. */
export const HEADER_FILE = 'trace.json';
/** Those that the header holds the hash of. */
export const FILES = {
  inputs: 'inputs.jsonl',
  onboarding: 'onboarding.json',
  truth: 'truth/truth.jsonl',
  /** Since version 1.1. */
  world: 'truth/world.jsonl',
} as const;
