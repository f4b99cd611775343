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
        return operator
          .release(numbersIn(args['job'] ?? '')[0] ?? 0, shownIn(args['answer'] ?? ''))
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

/** A journal that cannot be read is the answer, not the end of the socket. */
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

/** The answer that the person has seen: `ATTEMPT@MS`; null: the client names none, as that of an older aos. */
function shownIn(answer: string): ShownAnswer | null {
  const [match, attempt, at] = /^(\d{1,9})@(\d{1,16})$/.exec(answer) ?? [];
  return match === undefined ? null : {attempt: Number(attempt), at: Number(at)};
}
