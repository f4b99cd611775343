import {databaseIsThere, type PublishedHub} from './hub.ts';
import {takeNewest, type JobRow} from './store.ts';

const SUSPECT: readonly string[] = ['malicious', 'suspicion'];

/**
 * Dispatches the newest job that was never dispatched to every connection; without a connection nothing, and nothing
 * looks for the job later. A suspected user's job brings earlier ones with it.
 * @throws the reason of the close
 */
export async function dispatchNewest(hub: PublishedHub): Promise<void> {
  const {store, version, channels} = hub;
  if (channels.size === 0) return;
  const halt = hub.faults.halt?.({n: (hub.occasions.halt += 1)}) ?? 0;
  if (halt > 0) await hub.time.sleep(halt, hub.closed);
  if (!(await databaseIsThere(hub, hub.closed))) return;
  const job = takeNewest(store);
  if (job === undefined) return;

  if (SUSPECT.includes(job.tag)) {
    const earlier = version.earlierJobs(store, job.user);
    store.users.set(job.user, {tag: job.tag, count: 1});
    for (const one of earlier) sendToAll(hub, one, job.tag, 'before');
  }
  const user = store.users.get(job.user);
  if (user === undefined || !SUSPECT.includes(user.tag)) {
    sendToAll(hub, job, job.tag, '');
    return;
  }
  store.users.set(job.user, version.afterJob(user));
  sendToAll(hub, job, user.tag, 'after');
}

function sendToAll({channels}: PublishedHub, job: JobRow, tag: string, position: string): void {
  for (const channel of channels.values()) channel.send(job, tag, position);
}
