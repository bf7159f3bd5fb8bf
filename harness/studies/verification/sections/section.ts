/** A part of docs/model/validation.md: its lines, and how many of its values are not as they should be. */
export interface Section {
  lines: string[];
  failed: number;
}
