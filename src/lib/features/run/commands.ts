import type {CarryOut} from '../../node/control/reader.ts';
import type {Operator} from '../../node/operator/operator.ts';

/** What a running operator does for a client of its control socket. */
export function commandsOf(operator: Pick<Operator, 'checkWorkers' | 'askAgain'>): CarryOut {
  return (command, args, signal) => {
    switch (command) {
      case 'worker-check': {
        const {kind = '', model = '', prompt = ''} = args;
        return operator.checkWorkers(kind, {model, prompt}, signal);
      }
      case 'retry':
        return operator.askAgain(numbersIn(args['jobs'] ?? '')).then((asked) => ({asked}));
      default:
        return null;
    }
  };
}

/** Numbers of jobs, with commas between; what is no number of a job is left out. */
function numbersIn(text: string): number[] {
  return text
    .split(',')
    .map(Number)
    .filter((number) => Number.isSafeInteger(number) && number > 0);
}
