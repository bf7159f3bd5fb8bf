/**
 * Agencies alone: CAD messages of the trace into their doors, in the open model. HUNDREDBLOCK_ARRIVALS chooses between an order that is
 * kept, and k6's constant and ramping arrival rates.
 */
import { createScript } from './script.ts';

const script = createScript({ name: 'agencies', kinds: ['cad'], subscribers: false, doorbells: null });

export const { options, setup, handleSummary, arrive } = script;
