import {signerFault} from './faults.ts';
import type {Part} from './part.ts';
import type {DevSigner} from './signer/signer.ts';

/** The end of all faults. */
export const NO_FAULT = 'none';

/** What the running signer does wrong from now on; null: nothing. */
export type SignerFaultChange = {part: 'signer'; fault: string | null; means: string | null};

/**
 * Changes what a signer does wrong while it runs; one that is started again has the faults of the devnet's own start.
 * @returns null for a fault that there is none of
 */
export type ChangeSignerFault = (name: string) => SignerFaultChange | 'stopped' | null;

export function changesSignerFault(signer: Part<DevSigner>): ChangeSignerFault {
  return (name) => {
    const fault = name === NO_FAULT ? {means: null, faults: {}} : signerFault(name);
    if (fault === undefined) return null;
    if (!signer.isRunning()) return 'stopped';
    signer.current().setFaults(fault.faults);
    return {part: 'signer', fault: name === NO_FAULT ? null : name, means: fault.means};
  };
}
