import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setImmediate as turn, setTimeout as sleep} from 'node:timers/promises';

export type StepCounter = {
  url: string;
  /** Since the last call: steps that had to wait for one another, and requests in all. */
  take(): {steps: number; requests: number};
  close(): Promise<void>;
};

/** No request for this long: everything that could be asked at once has been asked. */
const QUIET_MS = 60;
/** Rounds of the event loop after that: on a busy machine the timer comes before what has arrived meanwhile. */
const TURNS = 20;

/**
 * A JSON-RPC endpoint in front of another one that counts dependent steps: it holds requests back until no more come,
 * then answers them together. Requests sent together are one step, whatever their number.
 */
export async function startStepCounter(target: string): Promise<StepCounter> {
  let steps = 0;
  let requests = 0;
  let held: {body: string; response: ServerResponse}[] = [];
  let arrivals = 0;
  const releaseWhenQuiet = async (): Promise<void> => {
    const seen = arrivals;
    await sleep(QUIET_MS);
    for (let i = 0; i < TURNS; i++) await turn();
    if (seen !== arrivals || held.length === 0) return;
    const batch = held;
    held = [];
    steps += 1;
    const headers = {'content-type': 'application/json'};
    const answers = await Promise.all(
      batch.map(async ({body}) => (await fetch(target, {method: 'POST', body, headers})).text()),
    );
    batch.forEach(({response}, index) => response.writeHead(200, headers).end(answers[index]));
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      held.push({body: Buffer.concat(chunks).toString(), response});
      requests += 1;
      arrivals += 1;
      await releaseWhenQuiet();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take: () => {
      const taken = {steps, requests};
      steps = 0;
      requests = 0;
      return taken;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
