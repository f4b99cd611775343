import type {CarryOut} from '../../node/control/server.ts';
import type {Operator} from '../../node/operator/operator.ts';

/** What a running operator does for a client of its control socket. */
export function commandsOf(operator: Pick<Operator, 'checkWorkers'>): CarryOut {
  return (command, args, signal) => {
    switch (command) {
      case 'worker-check': {
        const {kind = '', model = '', prompt = ''} = args;
        return operator.checkWorkers(kind, {model, prompt}, signal);
      }
      default:
        return null;
    }
  };
}
