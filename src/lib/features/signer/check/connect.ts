import {say} from '../../../foundation/next-step/next-step.ts';
import {networkCode} from '../../../peers/http/network-code.ts';
import {unreachable} from '../../../peers/signer/network-error.ts';
import {openTcp} from './socket.ts';
import {ok, stop, type Step} from './step.ts';

/** DNS and TCP. */
export const connectStep: Step = {
  id: 'signer.connect',
  needs: [],
  asked: ({at}) => `TCP connect to ${at}`,
  slow: {
    means: 'a firewall or the network drops the connection',
    next: say('Open the port of the signer for this machine, or correct signer_key.'),
  },
  async run({url}, signal) {
    try {
      const socket = await openTcp(url, signal);
      const peer = socket.remoteAddress ?? url.host;
      socket.destroy();
      return ok(`connected to ${peer}`, 'something listens there');
    } catch (error) {
      if (signal.aborted) throw error;
      const {message, next} = unreachable(url, error);
      return stop(networkCode(error), message, next);
    }
  },
};
