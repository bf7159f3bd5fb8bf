import { pathOfPointer } from '../../../contract/explain.ts';

/** What is wrong with a document: where, what was expected and what was found, without anything that was sent but numbers. */
export class Problem extends Error {
  /** `path` is a JSON Pointer; the message has it as contract/explain.ts writes paths. */
  constructor(path: string, text: string) {
    super(`${pathOfPointer(path) || 'document'}: ${text}`);
    this.name = 'Problem';
  }
}

export const INT32_MAX = 2_147_483_647;

export function isIntegerWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** A value in closed words: a text may be private, a number of a document is not. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
