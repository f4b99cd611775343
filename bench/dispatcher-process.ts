import {randomBytes} from 'node:crypto';
import type {DispatcherEvent} from '../src/devnet/dispatcher/events.ts';
import {startDispatcher, type DispatcherVersion} from '../src/devnet/start-dispatcher.ts';
import type {DispatcherReply, DispatcherRequest, PacedJob} from './dispatcher-requests.ts';
import {cpuMsOf, serveParent} from './processes.ts';

/** The development dispatcher as a process of its own, which also submits the jobs and takes the times. */
let onEvent: (event: DispatcherEvent) => void = () => {};
let submitted = 0;
let disordered = 0;
const dispatcher = await startDispatcher({
  version: JSON.parse(process.argv[2] ?? 'null') as DispatcherVersion,
  key: randomBytes(32).toString('hex'),
  verifyVrf: false,
  on: (event) => onEvent(event),
});

/** A job whose JSON is about `bytes` long. */
function submit(bytes: number, of: PacedJob = {}): string {
  submitted += 1;
  const text = `What is job ${submitted}? `;
  return dispatcher.submit({prompt: text.padEnd(Math.max(text.length, bytes - 120), 'abcdefg '), ...of})
    .jobId;
}

/** Keeps `inFlight` jobs under way until `jobs` are accepted: a new one goes out when one is accepted. */
function drive({
  jobs,
  inFlight,
  bytes,
  pids,
}: Extract<DispatcherRequest, {do: 'drive'}>): Promise<DispatcherReply> {
  return new Promise((resolve) => {
    const sentAt = new Map<string, number>();
    const latencies: number[] = [];
    let selected = 0;
    let begun = 0;
    const cpuBefore = pids.map(cpuMsOf);
    const started = performance.now();
    const next = (): void => {
      if (begun === jobs) return;
      begun += 1;
      submit(bytes);
    };
    onEvent = (event) => {
      if (event.type === 'job_sent') sentAt.set(event.key.jobId, event.at);
      if (event.type !== 'result' || event.repeated) return;
      latencies.push(event.at - (sentAt.get(event.key.jobId) ?? Number.NaN));
      if (event.selected) selected += 1;
      if (latencies.length < jobs) {
        // After this event: a job submitted from within it would be sent before the answer to the result.
        setImmediate(next);
        return;
      }
      const wallMs = performance.now() - started;
      resolve({
        latencies,
        wallMs,
        selected,
        cpuMs: pids.map((pid, index) => cpuMsOf(pid) - (cpuBefore[index] ?? 0)),
      });
    };
    for (let i = 0; i < inFlight; i += 1) next();
  });
}

/** Queues jobs while no operator is connected. */
const queue = ({jobs, bytes}: Extract<DispatcherRequest, {do: 'queue'}>): DispatcherReply => {
  const ids: string[] = [];
  for (let i = 0; i < jobs; i += 1) ids.push(submit(bytes));
  let place = 0;
  onEvent = (event) => {
    if (event.type !== 'result' || event.repeated) return;
    if (ids[place] !== event.key.jobId) disordered += 1;
    place += 1;
  };
  return {queued: ids.length};
};

/** Jobs at a steady rate: what a busy second left out is made up for in the next. */
const pace = {submitted: 0, accepted: 0, timer: undefined as NodeJS.Timeout | undefined};

function startPace({perSecond, bytes, jobs}: Extract<DispatcherRequest, {do: 'pace'}>): DispatcherReply {
  const began = performance.now();
  onEvent = (event) => {
    if (event.type === 'result' && !event.repeated) pace.accepted += 1;
  };
  pace.timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) * perSecond) / 1000);
    for (; pace.submitted < due; pace.submitted += 1) submit(bytes, jobs[pace.submitted % jobs.length]);
  }, 5);
  return null;
}

async function endPace({idleMs}: Extract<DispatcherRequest, {do: 'end-pace'}>): Promise<DispatcherReply> {
  clearInterval(pace.timer);
  for (let seen = -1; pace.accepted < pace.submitted && pace.accepted > seen;) {
    seen = pace.accepted;
    const until = performance.now() + idleMs;
    while (pace.accepted === seen && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return pacedSoFar();
}

const pacedSoFar = (): DispatcherReply => ({submitted: pace.submitted, accepted: pace.accepted});

serveParent({url: dispatcher.url, address: dispatcher.address}, async (request): Promise<DispatcherReply> => {
  const wanted = request as DispatcherRequest;
  switch (wanted.do) {
    case 'await-operator':
      await dispatcher.waitFor((stats) => stats.connected.length > 0);
      return null;
    case 'drive':
      return drive(wanted);
    case 'queue':
      return queue(wanted);
    case 'pace':
      return startPace(wanted);
    case 'paced':
      return pacedSoFar();
    case 'end-pace':
      return endPace(wanted);
    case 'await-accepted': {
      const started = performance.now();
      const stats = await dispatcher.waitFor(({accepted}) => accepted >= wanted.jobs);
      const {accepted, repeated, conflicts, sent} = stats;
      return {accepted, repeated, conflicts, sent, disordered, wallMs: performance.now() - started};
    }
  }
});
