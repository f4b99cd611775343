import {eip191Digest, fromHex, sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import {recoverAddress} from '../../lib/protocol/wire/key-address.ts';
import {lastJobsOf, resultsOfUser, tableTime} from './store.ts';
import type {Version} from './version.ts';
import {signedBytes, type Frame} from './wire.ts';

/** The `address` of every frame of the published operator, whatever its key. */
const PUBLISHED_OPERATOR = '0x02a5592a6dE1568F6eFdC536DA3EF887f98414cb';

/** So many earlier jobs of a suspected user come again, the new one among them. */
const EARLIER_JOBS = 10;
/** So many later jobs of a suspected user carry the tag. */
const TAGGED_JOBS = 10;
const MOST_ROWS = 100;
const CLOCK = '{"1":"2"}';

/**
 * The newest published dispatcher. Its jobs are signed with a blank hash, every connection is one of its own, and rows
 * keep what the operator said.
 */
export const NEWEST: Version = {
  signing: 'jobs',
  admits,
  channelKey: (_, socket) => socket,
  userOf: (job) => job.user,
  earlierJobs: (store, user) => lastJobsOf(store, user, EARLIER_JOBS),
  afterJob: ({tag, count}) => (count > TAGGED_JOBS ? {tag: '', count: 0} : {tag, count: count + 1}),
  resultJson: (row) => {
    const text = JSON.stringify;
    return (
      `{"id":${text(row.id)},"job_id":${text(row.jobId)},"operator":${text(row.operator)},"result":${row.result}` +
      `,"verify_id":${text(row.jobId)},"vrf":${row.vrf},"clock":${row.clock ?? CLOCK},"signature":${text(row.signature)}` +
      `,"job_type":"","tag":${text(row.tag)},"created_at":"${tableTime(row.createdAt)}"}`
    );
  },
  verify: {
    body: {name: 'JobVerifyReq', fields: [{name: 'user', kind: 'text'}]},
    rows: (store, text) => resultsOfUser(store, text('user'), MOST_ROWS),
  },
};

/**
 * False only for a signature that it can read and that is another's. What it cannot read (empty, cut, one that names no
 * key) it accepts, and the published operator's own address with any key.
 */
function admits(frame: Frame): boolean {
  const bytes = fromHex(frame.signature);
  if (bytes?.length !== 65) return true;
  const v = bytes[64] ?? 0;
  const usual = Uint8Array.from(bytes);
  usual[64] = v < 2 ? v + 27 : v;
  const signer = recoverAddress(eip191Digest(signedBytes(frame)), usual);
  return signer === null || sameAddress(signer, frame.address) || frame.address === PUBLISHED_OPERATOR;
}
