/** How each truth of an alert looks wherever it is drawn: one colour and one shape, so that grey paper suffices. */
import type { Truth } from '../../contract/record/kinds.ts';
import type { Shape } from './plot.ts';

export const TRUTH_MARKS: Readonly<Record<Truth, { colour: string; shape: Shape }>> = {
  founded: { colour: 'var(--green)', shape: 'circle' },
  unfounded: { colour: 'var(--red)', shape: 'cross' },
  misclassified: { colour: 'var(--orange)', shape: 'triangle' },
  duplicate: { colour: 'var(--sky)', shape: 'square' },
  withdrawn: { colour: 'var(--purple)', shape: 'diamond' },
  stale: { colour: 'var(--grey)', shape: 'down' },
  mislocated: { colour: 'var(--blue)', shape: 'plus' },
};
