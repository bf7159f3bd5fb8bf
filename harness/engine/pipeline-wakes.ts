/** Wakes a pipeline at the moments it asks for, as events of the kernel. */
import { KIND } from '../../simulator/kernel/kinds.ts';
import type { Kernel } from '../../simulator/kernel/kernel.ts';

const ORDINALS = 65_536;

export class PipelineWakes {
  readonly #kernel: Kernel;
  readonly #endMs: number;
  /** The wake that counts; those scheduled before it are ignored when they come up. */
  #nextMs = Infinity;
  #count = 0;

  /** Calls `onWake` at each wake before `endMs`. */
  constructor(kernel: Kernel, endMs: number, onWake: () => void) {
    this.#kernel = kernel;
    this.#endMs = endMs;
    kernel.on(KIND.pipelineWake, () => {
      if (kernel.nowMs !== this.#nextMs) return;
      this.#nextMs = Infinity;
      onWake();
    });
  }

  /** The pipeline asks to be woken at `atMs` (Infinity: not at all). A later wake than the one that is planned changes nothing. */
  plan(atMs: number): void {
    if (atMs >= this.#nextMs || atMs >= this.#endMs) return;
    this.#nextMs = Math.max(atMs, this.#kernel.nowMs);
    this.#count = (this.#count + 1) % ORDINALS;
    this.#kernel.schedule(this.#nextMs, KIND.pipelineWake, 0, this.#count);
  }
}
