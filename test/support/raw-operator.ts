import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {bodyOf} from './signer.ts';

/** One request as it came over the wire, header names and their order as they were sent. */
export type GotRequest = {route: string; headers: readonly string[]; body: string};

/** Something that takes callbacks and notes them. */
export type RawOperator = {
  port: number;
  got: readonly GotRequest[];
  /** Answer with this status from now on; null: take requests and never answer. */
  answerWith(status: number | null): void;
  close(): void;
};

export async function rawOperator(): Promise<RawOperator> {
  const got: GotRequest[] = [];
  let status: number | null = 200;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      got.push({route: `${request.method} ${request.url}`, headers: request.rawHeaders, body});
      if (status !== null) response.writeHead(status).end('{"code":200,"result":""}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    got,
    answerWith: (next) => {
      status = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
