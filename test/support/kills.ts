import type {World} from './cli.ts';
import type {DevnetUp} from './devnet-up.ts';

/** When an operator is killed: at the event of this type that comes as the so-and-so-many-th. */
export type KillPoint = readonly [type: string, count: number];

/** Points all along the way of a job. */
export const EVERYWHERE: readonly KillPoint[] = [
  ['job_received', 1],
  ['job_asked', 2],
  ['job_concluded', 4],
  ['result_sent', 6],
  ['connected', 1],
  ['job_answered', 1],
];

/** Starts an operator, has `work` done once it is connected, and kills it at that point. */
export async function killAt(
  world: World,
  devnet: DevnetUp,
  [type, count]: KillPoint,
  work?: () => Promise<unknown>,
): Promise<void> {
  const cli = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
  if (work !== undefined) await cli.event('connected');
  let seen = 0;
  const reached = cli.event(type, () => (seen += 1) === count);
  await work?.();
  await reached;
  await cli.kill('SIGKILL');
}

/** What the dispatcher saw of these jobs. */
export type Verdict = {
  answered: number;
  /** Answers that came first for their job. */
  first: number;
  /** Second, different answers. */
  conflicts: number;
  refused: number;
};

export function verdict(devnet: DevnetUp, ids: readonly string[]): Verdict {
  const wanted = new Set(ids);
  const results = devnet
    .events('result')
    .filter((line) => wanted.has((line['key'] as {jobId: string}).jobId));
  return {
    answered: new Set(results.map((line) => (line['key'] as {jobId: string}).jobId)).size,
    first: results.filter((line) => line['repeated'] === false).length,
    conflicts: devnet.events('conflict').length,
    refused: devnet.events('refused').length + devnet.events('rejected').length,
  };
}

/** Ids of the jobs that the dispatcher was sent an acknowledgement for. */
export function acknowledged(devnet: DevnetUp): Set<string> {
  return new Set(devnet.events('acknowledged').map((line) => (line['key'] as {jobId: string}).jobId));
}

/** That each of these jobs was accepted once, and none has a second answer. */
export function each(count: number): Verdict {
  return {answered: count, first: count, conflicts: 0, refused: 0};
}
