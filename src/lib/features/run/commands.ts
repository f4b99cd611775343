import {AosError} from '../../foundation/errors/error.ts';
import type {CarryOut} from '../../node/control/reader.ts';
import type {ShownAnswer} from '../../node/journal/verdicts.ts';
import type {Operator} from '../../node/operator/operator.ts';
import type {ReloadResult} from './reload.ts';

/** What the process does for a client, beside the operator's own work. */
export type ProcessCommands = {
  /** Ends it, as SIGTERM does. */
  stop: () => void;
  /** Takes over the configuration, as SIGHUP does. @throws AosError when the new one is wrong */
  reload: () => ReloadResult;
};

/** What a running operator does for a client of its control socket. */
export function commandsOf(
  operator: Pick<Operator, 'checkWorkers' | 'askAgain' | 'release' | 'door'>,
  own: ProcessCommands,
): CarryOut {
  const {door} = operator;
  return (command, args, signal) => {
    switch (command) {
      case 'worker-check': {
        const {kind = '', model = '', prompt = ''} = args;
        return operator.checkWorkers(kind, {model, prompt}, signal);
      }
      case 'retry':
        return operator.askAgain(numbersIn(args['jobs'] ?? '')).then((asked) => ({asked}));
      case 'release':
        return now(() => ({seq: jobIn(args['job'] ?? ''), shown: shownIn(args['answer'] ?? null)}))
          .then(({seq, shown}) => operator.release(seq, shown))
          .then((state) => ({state}));
      case 'stop':
        own.stop();
        return Promise.resolve({asked: true});
      case 'drain':
        return now(() => door.drain()).then(door.state);
      case 'drain-end':
        return now(() => door.open()).then(door.state);
      case 'drain-state':
        return now(door.state);
      case 'reload':
        return now(own.reload);
      default:
        return null;
    }
  };
}

/** A journal or an argument that cannot be read is the answer, not the end of the socket. */
function now<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      resolve(work());
    } catch (error) {
      reject(error instanceof Error ? error : new AosError('BUG', 'a command failed'));
    }
  });
}

/** Numbers of jobs, with commas between; what is no number of a job is left out. */
function numbersIn(text: string): number[] {
  return text
    .split(',')
    .map(Number)
    .filter((number) => Number.isSafeInteger(number) && number > 0);
}

/** The number of the one job whose answer is released. @throws AosError USAGE */
function jobIn(text: string): number {
  const seq = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(seq) && seq > 0) return seq;
  throw new AosError('USAGE', 'job is not the number of one job');
}

/**
 * The answer that the person has seen: `ATTEMPT@MS`; null: the client names none, as that of an older aos.
 * @throws AosError USAGE: it names one that cannot be read, and no other may be signed in its place
 */
function shownIn(answer: string | null): ShownAnswer | null {
  if (answer === null) return null;
  const [match, attempt, at] = /^(\d{1,9})@(\d{1,16})$/.exec(answer) ?? [];
  if (match === undefined) throw new AosError('USAGE', 'answer is not ATTEMPT@MS');
  return {attempt: Number(attempt), at: Number(at)};
}
