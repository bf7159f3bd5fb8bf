/** Residents' streams, and all inputs that make something come over them: CAD messages, posts, wishes and decisions. No doorbells. */
import { createScript } from './script.ts';

const script = createScript({
  name: 'residents',
  kinds: ['cad', 'preference', 'post', 'review'],
  subscribers: true,
  doorbells: null,
});

export const { options, setup, handleSummary, arrive, holdPhones } = script;
