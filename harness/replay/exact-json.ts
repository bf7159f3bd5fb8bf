/** JSON.parse that keeps integers beyond 2^53 whole, as text: record ids of some agencies are that long. Undefined where the text is no JSON. */
export function parseExact(text: string): unknown {
  try {
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    return JSON.parse(
      text.replace(STRING_OR_LONG_INTEGER, (piece) =>
        piece[0] === '"' || Number.isSafeInteger(Number(piece)) ? piece : `"${piece}"`,
      ),
    );
  } catch {
    return undefined;
  }
}

// --- internal ---

/** Strings are matched first, so that digits inside them stay as they are; a long number with a fraction or exponent is left to rounding. */
const STRING_OR_LONG_INTEGER = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;
