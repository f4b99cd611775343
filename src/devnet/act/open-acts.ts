import {artifactsFolder} from '../chain/artifacts.ts';
import {openBlsKeys} from '../chain/bls-key.ts';
import type {AosContracts} from '../chain/deploy.ts';
import type {DevDispatcher, JobView} from '../dispatcher/dispatcher.ts';
import {createActs, type Act} from './acts.ts';
import type {ActOperator} from './stage.ts';

export type ActsOptions = {
  /** JSON-RPC of the devnet's chain. */
  url: string;
  contracts: AosContracts;
  operators: readonly ActOperator[];
  /** Where the keystores of the operators are. */
  folder: string;
  /** As it runs, or ran last. */
  dispatcher: () => Pick<DevDispatcher, 'jobs'>;
};

/** The network's part on a running devnet. */
export function openActs({url, contracts, operators, folder, dispatcher}: ActsOptions): Act {
  return createActs({
    url,
    contracts,
    operators,
    artifacts: artifactsFolder(),
    blsKeys: () => openBlsKeys(folder),
    job: (id) => {
      const found = jobOf(dispatcher().jobs(), id);
      return found === undefined ? null : {jobId: found.key.jobId, clockNumber: counterOf(found)};
    },
  });
}

function jobOf(jobs: readonly JobView[], id: string | null): JobView | undefined {
  if (id !== null) return jobs.find(({key}) => key.jobId === id);
  return jobs.findLast(({acceptedFrom}) => acceptedFrom.length > 0) ?? jobs.at(-1);
}

/** The highest counter of a job's clock: a published dispatcher gives every job 1. */
function counterOf({clock}: JobView): bigint {
  return Object.values(clock).reduce((most, text) => (BigInt(text) > most ? BigInt(text) : most), 0n);
}
