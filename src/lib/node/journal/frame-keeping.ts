import type {frameTable} from './frames.ts';
import type {JobJournal} from './journal.ts';

/** Writes large frames over several transactions, so that none of them takes long. @param change runs one of them */
export function frameKeeping(
  frames: ReturnType<typeof frameTable>,
  change: <T>(work: () => T) => Promise<T>,
): JobJournal['keepFrame'] {
  return async (bytes) => {
    const id = await change(() => frames.begin());
    try {
      for (let n: number | null = 0; n !== null;) {
        const from: number = n;
        n = await change(() => frames.write(id, bytes, from));
      }
    } catch (error) {
      frames.letGo(id, bytes);
      throw error;
    }
    frames.keep(id, bytes);
    return () => frames.letGo(id, bytes);
  };
}
