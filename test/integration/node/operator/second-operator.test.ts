import {describe, expect, it} from 'vitest';
import {bareDispatcher, jobText, replyText} from '../../../support/bare-dispatcher.ts';
import {createRig, type Run} from '../../../support/operator-rig.ts';

async function stage() {
  const rig = await createRig();
  const dispatcher = await bareDispatcher();
  const start = (): Promise<Run> =>
    rig.start({verifyDispatcher: 'when-signed', dispatcherAddress: null, url: dispatcher.url});
  return {rig, dispatcher, start};
}
const isSecond = ({code}: {code: string}): boolean => code === 'SECOND_OPERATOR';

describe('another operator of this node_id, at a dispatcher', () => {
  it('that takes the connection away is a problem', async () => {
    const {dispatcher, start} = await stage();
    let taken = 0;
    dispatcher.answer = ({id, method}) => {
      const socket = dispatcher.sockets.at(-1);
      // The published newest version and a friendly one close the older connection of an operator.
      if (method === 'connect' && taken < 4)
        setImmediate(() => {
          taken += 1;
          socket?.close(4000, 'the operator connected again');
        });
      return method === null ? undefined : replyText(id);
    };
    const run = await start();
    const problem = await run.event('problem', isSecond);
    expect(problem.part).toBe('identity');
    expect(problem.message).toContain('taken away 4 times in 5 minutes');
    expect(run.of('connected')).toHaveLength(5);
    await run.stop();
  });

  it('that answered first is a problem, and our result is sent again', async () => {
    const {dispatcher, start} = await stage();
    let refused = 0;
    dispatcher.answer = ({id, method}) => {
      if (method === null) return undefined;
      if (method !== 'job_result' || refused === 2) return replyText(id);
      refused += 1;
      return replyText(id, 409, 'another result was accepted for this job');
    };
    const run = await start();
    await run.event('connected');
    dispatcher.send(jobText());
    const problem = await run.event('problem', isSecond);
    expect(problem.message).toContain('another result was accepted for this job');
    await run.event('result_accepted');
    expect(run.of('result_retry').map(({code}) => code)).toEqual(['RESULT_TAKEN', 'RESULT_TAKEN']);
    const [first, ...again] = dispatcher.of('job_result').map(({params}) => params);
    for (const params of again) expect(params).toEqual(first);
    await run.stop();
  });
});
