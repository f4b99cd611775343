import {isAosError} from '../../foundation/errors/error.ts';
import {parseEnvelope} from '../../protocol/wire/envelope.ts';
import {writeJson} from '../../protocol/wire/json.ts';

/** The text of one job in a whole frame; of one that cannot be read any more the frame itself, for those who report it. */
export function elementAt(frame: Uint8Array, index: number): string {
  return textsIn(frame)?.[index] ?? Buffer.from(frame).toString();
}

/** The texts of all jobs of a frame; null for one that cannot be read any more. */
function textsIn(frame: Uint8Array): readonly string[] | null {
  try {
    const {params} = parseEnvelope(frame);
    return Array.isArray(params) ? params.map(writeJson) : [];
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/**
 * The texts of jobs without a span, which an aos of before spans stored. Their whole frame is parsed: once for the jobs of it
 * that are read one after the other, as a start and an export do.
 */
export type ElementTexts = {
  /** As {@link elementAt}. */
  at(frame: Buffer, index: number): string;
  /** Another job is read: the frame is not held any longer. */
  letGo(): void;
};

export function createElementTexts(): ElementTexts {
  let last: {frame: Buffer; texts: readonly string[] | null} | null = null;
  return {
    at(frame, index) {
      // By its bytes: the number of a frame that was deleted may be that of another one.
      if (last?.frame.equals(frame) !== true) last = {frame, texts: textsIn(frame)};
      return last.texts?.[index] ?? frame.toString();
    },
    letGo() {
      last = null;
    },
  };
}
