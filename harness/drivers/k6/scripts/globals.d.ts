/** The part of mqtt-packet that doorbells need, bundled for k6 by `npm run k6`. */
declare module '*/build/mqtt-packet.js' {
  export interface Packet {
    cmd: string;
    returnCode?: number;
    messageId?: number;
  }
  export interface Parser {
    on(event: 'packet', handler: (packet: Packet) => void): void;
    on(event: 'error', handler: (error: Error) => void): void;
    parse(bytes: Uint8Array): number;
  }
  export function parser(): Parser;
  export function generate(packet: object): Uint8Array;
}

/** k6's console, which @types/k6 leaves to other packages. */
declare const console: { log(text: string): void };
