import type {Notes} from '../journal/journal.ts';

/**
 * Whether the dispatcher signs: from its first request that is signed by the configured address on, unsigned requests are
 * refused, also after a restart.
 */
export type SignedBefore = {
  /** Whether a request was signed by the configured address before. */
  known(): boolean;
  /** Such a request came in. */
  note(): void;
};

/** Name of the journal's durable note; its value is the address, in lower case. */
const SIGNER_NOTE = 'dispatcher-signs-as';

/**
 * @param dispatcherAddress the configured one; null: no address is configured, so no signature proves the dispatcher. A note
 *   of another address counts for nothing.
 * @param onFailure the note was not written; it is written with the next signed request
 */
export function createSignedBefore(
  journal: Notes,
  dispatcherAddress: string | null,
  onFailure: (error: unknown) => void,
): SignedBefore {
  const address = dispatcherAddress?.toLowerCase() ?? null;
  let known = address !== null && journal.recall(SIGNER_NOTE) === address;
  let written = known;
  return {
    known: () => known,
    note() {
      if (address === null) return;
      known = true;
      if (written) return;
      written = true;
      journal.remember(SIGNER_NOTE, address).catch((error: unknown) => {
        written = false;
        onFailure(error);
      });
    },
  };
}
