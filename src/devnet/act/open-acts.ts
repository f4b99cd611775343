import {artifactsFolder} from '../chain/artifacts.ts';
import {openBlsKeys} from '../chain/bls-key.ts';
import type {AosContracts} from '../chain/deploy.ts';
import type {DevDispatcher} from '../dispatcher/dispatcher.ts';
import {createActs, type Act} from './acts.ts';
import {jobSubject} from './job-subject.ts';
import type {ActOperator} from './stage.ts';

export type ActsOptions = {
  /** JSON-RPC of the devnet's chain. */
  url: string;
  contracts: AosContracts;
  operators: readonly ActOperator[];
  /** Where the keystores of the operators are. */
  folder: string;
  /** As it runs, or ran last. */
  dispatcher: () => Pick<DevDispatcher, 'jobs' | 'results'>;
};

/** The network's part on a running devnet. */
export function openActs({url, contracts, operators, folder, dispatcher}: ActsOptions): Act {
  return createActs({
    url,
    contracts,
    operators,
    artifacts: artifactsFolder(),
    blsKeys: () => openBlsKeys(folder),
    job: (id) => jobSubject(dispatcher(), id),
  });
}
