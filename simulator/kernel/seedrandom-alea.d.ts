declare module 'seedrandom/lib/alea.js' {
  /** A generator keyed by the text: calling it gives a uniform in [0, 1) of 32 bits. */
  export default function alea(key: string): () => number;
}
