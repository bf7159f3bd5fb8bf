/** The truth of a trace, ready for the oracle: the contents of each message, the private strings in it, and what really happened. */
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { TraceInput, TruthLine } from '../../contract/trace.ts';
import type { Oracle, RecordTruth } from '../../oracle/oracle-api.ts';
import type { LoadTruth, TraceTruth } from './trace-api.ts';

type Line<K extends TruthLine['line']> = Extract<TruthLine, { line: K }>;

/** See LoadTruth. */
export const loadTruth: LoadTruth = async (trace) => {
  const messages = new Map<string, Line<'manifest'>>();
  const privates = new Map<string, Line<'private'>[]>();
  const records = new Map<string, RecordTruth | null>();
  const faults: Line<'fault'>[] = [];
  for await (const line of trace.truth()) {
    switch (line.line) {
      case 'manifest':
        messages.set(line.manifest.messageId, line);
        break;
      case 'private': {
        const known = privates.get(line.carrier);
        if (known === undefined) privates.set(line.carrier, [line]);
        else known.push(line);
        break;
      }
      case 'record':
        records.set(keyOf(line.agency, line.recordId), line.incident as RecordTruth | null);
        break;
      case 'fault':
        faults.push(line);
        break;
    }
  }
  return {
    manifest: (messageId) => messages.get(messageId)?.manifest ?? null,
    meta: (messageId) => messages.get(messageId) ?? null,
    privatesBefore: (id) => privates.get(id) ?? [],
    view: { record: (agency, recordId) => records.get(keyOf(agency, recordId)) ?? null },
    faults,
  };
};

/** An input in the form that a pipeline takes; null if it concerns connections or devices only. */
export function toPipelineInput(input: TraceInput): PipelineInput | null {
  switch (input.kind) {
    case 'cad': {
      const { messageId, agency, dialect, body } = input;
      return { kind: 'cad', messageId, agency, dialect, body };
    }
    case 'snapshot': {
      const { messageId, agency, body } = input;
      return { kind: 'cad', messageId, agency, dialect: 'dallas', body };
    }
    case 'preference':
      return { kind: 'preference', change: input.change };
    case 'post':
      return { kind: 'post', postId: input.postId, resident: input.resident, text: input.text };
    case 'review':
      return { kind: 'review', ticket: input.ticket, decision: input.decision };
    case 'motion':
      return { kind: 'motion', doorbell: input.doorbell };
    case 'clip':
    case 'heartbeat':
    case 'connect':
    case 'disconnect':
    case 'attach':
    case 'detach':
      return null;
  }
}

/** Tells the oracle the private strings that this input carries. Call it for every input of a trace, in order, whether the input is sent or not. */
export function tellPrivates(oracle: Oracle, truth: TraceTruth, input: TraceInput): void {
  const id = input.kind === 'post' ? input.postId : 'messageId' in input ? input.messageId : null;
  if (id === null) return;
  for (const { agency, recordId, strings } of truth.privatesBefore(id)) oracle.learnPrivate(agency, recordId, strings);
}

/** Tells the oracle that an input reached the door. Motions do not concern it. */
export function tellDoor(oracle: Oracle, truth: TraceTruth, input: PipelineInput, atMs: number): void {
  if (input.kind === 'motion') return;
  oracle.door(input, input.kind === 'cad' ? truth.manifest(input.messageId) : null, atMs);
}

// --- internal ---

function keyOf(agency: string, recordId: string): string {
  return `${agency}\n${recordId}`;
}
