import * as http from 'node:http';
import * as https from 'node:https';
import type {TlsOptions} from '../../peers/http/connection-pool.ts';
import type {HeadReader} from '../../peers/http/head-reader.ts';

/** What came back, and the wall-clock times around it. */
export type HttpReading = {
  status: number;
  /** The Date header as Unix ms; null without a usable one, or when a cache answered. */
  date: number | null;
  sentAt: number;
  receivedAt: number;
};

/** Requests to one place over one connection: the times of all but the first are free of connecting. */
export type HttpPlace = {
  /** Rejects with the network's error or the signal's reason. */
  request(signal: AbortSignal): Promise<HttpReading>;
  close(): void;
};

/** Of an answer only the head matters. */
const MOST = 64 * 1024;

/** @param now wall clock, ms */
export function httpPlace(
  url: string,
  now: () => number,
  {body, tls = {}}: {body?: string | undefined; tls?: TlsOptions} = {},
): HttpPlace {
  const {Agent, request: send} = url.startsWith('https:') ? https : http;
  const agent = new Agent({keepAlive: true, maxSockets: 1, ...tls});
  const method = body === undefined ? 'GET' : 'POST';
  const headers = body === undefined ? {} : {'content-type': 'application/json'};
  return {
    close: () => agent.destroy(),
    request: (signal) =>
      new Promise((resolve, reject) => {
        const sentAt = now();
        const asked = send(url, {agent, method, headers, signal}, (response) => {
          const receivedAt = now();
          const {date, age} = response.headers;
          let size = 0;
          const found = {
            status: response.statusCode ?? 0,
            date: dateIn({date, age}),
            sentAt,
            receivedAt,
          };
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= MOST) return;
            response.destroy();
            resolve(found);
          });
          response.on('end', () => resolve(found));
          response.on('error', reject);
        });
        asked.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
        asked.end(body);
      }),
  };
}

/** The place that a reader of heads has behind a proxy. */
export function placeOfHeads({request, close}: HeadReader): HttpPlace {
  return {
    close,
    async request(signal) {
      const {status, sentAt, receivedAt, ...head} = await request(signal);
      return {status, date: dateIn(head), sentAt, receivedAt};
    },
  };
}

/** The Date header as Unix ms; null without a usable one, or when a cache answered. */
function dateIn({date, age}: {date: string | undefined; age: string | undefined}): number | null {
  const stamp = date === undefined || (age !== undefined && age !== '0') ? NaN : Date.parse(date);
  return Number.isNaN(stamp) ? null : stamp;
}
