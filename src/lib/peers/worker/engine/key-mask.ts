/** Keeps the API key of an engine out of every text: a server may repeat what it was sent, in a refusal or elsewhere. */
export type KeyMask = {
  /** A request goes out with this key. */
  sent(key: string): void;
  /** A text without the key. */
  mask(text: string): string;
  /** Whether a text has the key in it. */
  isIn(text: string): boolean;
};

const MASK = '(the API key)';
/** A shorter one is a word such as `x`, which servers without keys are given. */
const LEAST = 4;
/** Words such as `EMPTY` and `ollama` are in honest answers too; a real key is longer. */
const LEAST_IN_ANSWERS = 16;
/** The one of now, and the one before: a request that began with it may still be open. */
const MOST_KEYS = 2;

export function createKeyMask(): KeyMask {
  let keys: readonly string[] = [];
  return {
    sent(key) {
      if (keys[0] !== key) keys = [key, ...keys].slice(0, MOST_KEYS);
    },
    mask: (text) =>
      keys.reduce((left, key) => (key.length < LEAST ? left : left.replaceAll(key, () => MASK)), text),
    isIn: (text) => keys.some((key) => key.length >= LEAST_IN_ANSWERS && text.includes(key)),
  };
}
