/** Puts a body together from its chunks, however small they are. */
export type Bytes = {
  /** @returns false: it is larger than allowed now, and no more of it is kept */
  add(chunk: Uint8Array): boolean;
  /** Everything that was kept. */
  all(): Buffer;
};

/** @param most bytes */
export function createBytes(most: number): Bytes {
  // Chunks of one byte, each kept as it came, would take a hundred times their size.
  let kept = Buffer.alloc(0);
  let size = 0;
  return {
    add(chunk) {
      const end = size + chunk.length;
      if (end > most) return false;
      if (end > kept.length) {
        const larger = Buffer.alloc(Math.min(most, Math.max(end, kept.length * 2)));
        kept.copy(larger, 0, 0, size);
        kept = larger;
      }
      kept.set(chunk, size);
      size = end;
      return true;
    },
    all: () => kept.subarray(0, size),
  };
}

/** A text of which a mark of the byte order at its beginning is no part; bytes that are no UTF-8 become U+FFFD. */
export function looseText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

/** The same; null: it is no UTF-8. */
export function strictText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    return null; // the caller says that it is no answer
  }
}
