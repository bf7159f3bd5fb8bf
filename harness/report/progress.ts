/** Shows the progress of a run: as a bar on a terminal, as plain lines elsewhere. The stream must not be stdout, which is for results. */

export interface Progress {
  /** `fraction` of the run is done, 0 to 1; `text` names the place in it. */
  update(fraction: number, text: string): void;
  /** Clears the bar; nothing is drawn afterwards. */
  end(): void;
}

export interface ProgressOptions {
  stream: NodeJS.WriteStream;
  label: string;
  quiet: boolean;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;
const LINE_FRACTION = 0.1;
const BAR_WIDTH = 28;

export function createProgress({ stream, label, quiet }: ProgressOptions): Progress {
  if (quiet) return { update: () => {}, end: () => {} };
  return stream.isTTY ? bar(stream, label) : plainLines(stream, label);
}

/** `scenario  #####-----  42%  text  12 s left`. The fraction took `elapsedMs` so far. */
export function barText(label: string, fraction: number, text: string, elapsedMs: number, columns: number): string {
  const filled = Math.round(fraction * BAR_WIDTH);
  const drawn = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
  const leftS =
    fraction > 0.02 && fraction < 1 ? `  ${Math.ceil((elapsedMs * (1 - fraction)) / fraction / 1000)} s left` : '';
  return `${label}  ${drawn} ${percent(fraction)}  ${text}${leftS}`.slice(0, Math.max(10, columns - 1));
}

// --- internal ---

function bar(stream: NodeJS.WriteStream, label: string): Progress {
  const startedMs = Date.now();
  let drawnMs = -Infinity;
  return {
    update(fraction, text) {
      const now = Date.now();
      if (now - drawnMs < REDRAW_MS && fraction < 1) return;
      drawnMs = now;
      stream.write(`\r\u001b[K${barText(label, fraction, text, now - startedMs, stream.columns ?? 80)}`);
    },
    end: () => void stream.write('\r\u001b[K'),
  };
}

/** Writes a line for each tenth, or after five seconds without one. */
function plainLines(stream: NodeJS.WriteStream, label: string): Progress {
  let lineMs = Date.now();
  let lineFraction = 0;
  return {
    update(fraction, text) {
      const now = Date.now();
      if (fraction - lineFraction < LINE_FRACTION && now - lineMs < LINE_MS) return;
      lineMs = now;
      lineFraction = fraction;
      stream.write(`${label}: ${percent(fraction)}  ${text}\n`);
    },
    end: () => {},
  };
}

function percent(fraction: number): string {
  return `${String(Math.floor(fraction * 100)).padStart(3)}%`;
}
