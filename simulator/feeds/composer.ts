/** Composes messages: numbers them, plans their faults, and renders those of a single record. */
import type { Dialect } from '../../contract/catalogue.ts';
import type { CadRecord } from '../cad/record.ts';
import { renderEido } from './dialects/eido.ts';
import { renderMilwaukee } from './dialects/milwaukee.ts';
import { renderSf } from './dialects/sf.ts';
import { renderTampa } from './dialects/tampa.ts';
import { planFaults } from './fault-plan.ts';
import type { FeedContext } from './feed-context.ts';
import type { Lane, Lanes, PendingMessage } from './lanes.ts';
import { breakSingle, type Broken, type SingleDialect } from './malformed.ts';
import type { Rendered, RenderContext } from './rendering.ts';

/** A message's place in its lane, the key of its draws, and its times. */
type MessageStub = Pick<PendingMessage, 'dialect' | 'lane' | 'sequence' | 'key' | 'changedMs' | 'publishedMs'>;

/** Composes the messages of one feed. */
export class Composer {
  readonly #context: FeedContext;
  readonly #lanes: Lanes;

  constructor(context: FeedContext, lanes: Lanes) {
    this.#context = context;
    this.#lanes = lanes;
  }

  /** A message about one record, of a dialect that sends one for each change. */
  single(record: CadRecord, stub: MessageStub & { dialect: SingleDialect }): PendingMessage {
    const { dialect } = stub;
    const { content, row } = renderSingle(dialect, record, this.#context.renderContext(stub.publishedMs));
    const message = this.#compose(stub);
    const { malformed } = message.plan;
    if (malformed === null) message.body = JSON.stringify(content);
    else applyBroken(message, breakSingle(dialect, content, malformed));
    message.manifest.rows = [{ row: 0, wellFormed: message.variant === null, ...row }];
    return message;
  }

  /** A batch or a snapshot, published now, yet without body and rows. */
  ofFeed(dialect: Dialect, name: 'batch' | 'poll', changedMs: number): PendingMessage {
    const { nowMs } = this.#context.kernel;
    const lane = this.#lanes.feed;
    const sequence = nextSequence(lane);
    return this.#compose({ dialect, lane, sequence, key: `${name}.${nowMs}`, changedMs, publishedMs: nowMs });
  }

  /** A message yet without body and rows. */
  #compose(stub: MessageStub): PendingMessage {
    const context = this.#context;
    const { faults, seeds } = context.options;
    const messageId = `${context.agency}-${context.composed}`;
    context.composed += 1;
    context.underWay += 1;
    const { dialect } = stub;
    return {
      messageId,
      dialect,
      generation: context.generation,
      lane: stub.lane,
      sequence: stub.sequence,
      isCopy: false,
      key: stub.key,
      plan: planFaults(faults, seeds, context.agency, stub.key),
      variant: null,
      body: '',
      manifest: {
        messageId,
        agency: context.agency,
        dialect,
        snapshot: dialect === 'dallas',
        readable: true,
        rows: [],
      },
      changedMs: stub.changedMs,
      publishedMs: stub.publishedMs,
      isHeld: false,
      isDone: false,
    };
  }
}

/** Takes the next number of a lane. */
export function nextSequence(lane: Lane): number {
  const sequence = lane.count;
  lane.count += 1;
  return sequence;
}

/** Gives a message its broken body. Its rows are still to be marked. */
export function applyBroken(message: PendingMessage, broken: Broken): void {
  message.body = broken.body;
  message.variant = broken.variant;
  message.manifest.readable = broken.readable;
}

// --- internal ---

function renderSingle(dialect: SingleDialect, record: CadRecord, context: RenderContext): Rendered<object> {
  switch (dialect) {
    case 'eido':
      return renderEido(record, context);
    case 'sf':
      return renderSf(record, context);
    case 'tampa':
      return renderTampa(record, context);
    case 'milwaukee':
      return renderMilwaukee(record, context);
  }
}
