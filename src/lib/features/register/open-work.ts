import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import {JOURNAL_FILE, openJournal} from '../../node/journal/sqlite.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {readChallengeFacts} from '../../peers/chain/challenge-facts.ts';
import type {Hex} from './key.ts';

/** @throws AosError OPEN_WORK when this node has not answered all of its jobs */
export async function refuseOpenJobs(config: Config): Promise<void> {
  const jobs = await openJobs(config);
  if (jobs === 0) return;
  throw new AosError('OPEN_WORK', `still open: ${count(jobs, 'job')} of this node`, {
    next: run('drain', ['--wait'], 'Let the operator finish them, or leave all the same with --force'),
    details: {jobs},
  });
}

/** Jobs in the journal that are not over; 0 where no journal has been made yet. */
export async function openJobs({store, node}: Config): Promise<number> {
  if (!existsSync(join(store.dir, JOURNAL_FILE))) return 0;
  const journal = await openJournal({dir: store.dir, clockId: node.clockId ?? 1n, readOnly: true});
  try {
    const {received, selected, concluded, signed} = journal.counts();
    return received + selected + concluded + signed;
  } finally {
    await journal.close();
  }
}

/**
 * The challenges that wait for the aggregator. They name no operator and anyone may open one, so they keep no operator from
 * leaving.
 * @throws AosError as {@link Chain.read}
 */
export async function openChallenges(chain: Chain, challengeManager: Hex | null): Promise<number[]> {
  const facts = await readChallengeFacts(chain, challengeManager);
  // Without the logs, which of the unanswered ones can still be answered is not known.
  return facts?.windowKnown === false
    ? [...facts.unansweredIndices]
    : (facts?.open.map(({index}) => index) ?? []);
}
