import type {Time} from '../../lib/foundation/time/time.ts';
import {routeOf, serveHttp, type HttpReply} from '../net/serve.ts';
import type {ZkmlFaults} from './faults.ts';
import type {Proofs} from './proofs.ts';

export type ProofServer = {
  /** Base URL; a proof is at `URL/NAME.json`. */
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Serves the proofs on loopback, for the `proof_path` of zkml jobs.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startProofServer(options: {
  host: string;
  /** 0 takes a free one. */
  port: number;
  proofs: Proofs;
  faults: Pick<ZkmlFaults, 'slowProofsMs'>;
  time: Time;
}): Promise<ProofServer> {
  const {host, proofs, faults, time} = options;
  const server = await serveHttp(host, options.port, async (request, signal): Promise<HttpReply> => {
    request.resume();
    if (faults.slowProofsMs !== undefined) await time.sleep(faults.slowProofsMs, signal);
    const name = /^GET \/([a-z0-9-]+)\.json$/.exec(routeOf(request))?.[1];
    const file = name === undefined ? null : proofs.file(name);
    return file === null
      ? {status: 404, headers: {'content-type': 'text/plain; charset=utf-8'}, body: 'there is no such proof'}
      : {status: 200, headers: {'content-type': 'application/json'}, body: file};
  });
  return {url: `http://${host}:${server.port}`, close: server.close};
}
