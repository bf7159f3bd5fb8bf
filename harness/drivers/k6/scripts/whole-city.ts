/** The parts of a script that sends the whole trace: agencies, residents and doorbells. */
import { DOORBELLS } from './doorbells.ts';
import { createScript, type Script, type ScriptParts } from './script.ts';

/** To be called while the script is initialised. Throws one line if an option is wrong or the trace was altered. */
export function createCityScript(name: string, variant: Pick<ScriptParts, 'slow' | 'spike'> = {}): Script {
  const kinds = ['cad', 'preference', 'post', 'review'] as const;
  return createScript({ name, kinds, subscribers: true, doorbells: DOORBELLS, ...variant });
}
