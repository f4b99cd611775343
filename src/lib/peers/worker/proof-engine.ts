import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import type {ProofEngine, WorkerClient} from './driver.ts';

const NAME = 'zkml engine of this process';

/**
 * The engine in the place of a zkml worker, where `workers.zkml.verify` is `engine`: it is in this process, and always there. What
 * keeps it from a word is an error of the request, so that the job waits.
 * @param engine undefined: this command has none
 */
export function createEngineClient(url: string, engine: ProofEngine | undefined): WorkerClient {
  return {
    url,
    host: 'this process',
    name: NAME,
    status: () =>
      Promise.resolve({method: 'GET', busy: null, open: null, nodeId: null, places: 1, isIdle: false}),
    async ask({model, params, requestId, replied}, signal) {
      if (engine === undefined)
        throw new AosError('WORKER_REFUSED', `the ${NAME} answers jobs alone`, {
          next: say('Check a proof by hand: aos verify proof FILE --model NAME'),
        });
      const result = await engine.wordOf({model, proofPath: pathOf(params)}, signal);
      const body = JSON.stringify({req_id: requestId, code: 200, result});
      // A false counts once the engine has said true to a proof of the model, which the check of proofs sees to.
      const doubtUnchecked = new AosError(
        'WORKER_UNPROVEN',
        `the ${NAME} says false, and nothing shows that it can say true`,
      );
      await replied({body, doubt: null, ...(result === 'false' ? {doubtUnchecked} : {})});
    },
    prove: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function pathOf(params: JsonObject): string {
  const path = params.get('proof_path');
  return typeof path === 'string' ? path : '';
}
