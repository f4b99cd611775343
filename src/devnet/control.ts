import {pathOfVariable} from '../lib/config/user-path.ts';
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import path from 'node:path';
import * as v from 'valibot';
import {AosError, errorText} from '../lib/foundation/errors/error.ts';
import type {Act} from './act/acts.ts';
import {actRequest} from './act/request.ts';
import type {Part} from './part.ts';
import type {ChangeSignerFault} from './signer-fault.ts';

/** What can be stopped and started while a devnet runs. */
export const DEVNET_PARTS = ['dispatcher', 'worker', 'signer'] as const;
export type DevnetPart = (typeof DEVNET_PARTS)[number];

/** Null: it is not the devnet's own. */
export type ControlledParts = Readonly<
  Record<DevnetPart, Pick<Part<unknown>, 'start' | 'stop' | 'isRunning'> | null>
>;

/** A path of a socket may have about 100 bytes. */
const LONGEST_PATH = 100;
/** Characters of a request's body. */
const MOST_BODY = 64 * 1024;

/**
 * Listens on a socket of mode 0600 in `folder`, which has to be this user's alone: `POST /stop/PART` and `POST /start/PART`
 * answer 200 `{part, running, changed}`, or 409 or 500 `{message}`; `POST /act` with an {@link ActRequest} answers 200 with its
 * report, 400 `{message}` for one of another version, or 409 `{message, code, next}`; `POST /fault/signer/NAME` answers 200
 * with the change, or 409 `{message}`.
 * @returns its path, and what ends it
 */
export async function serveControl(
  folder: string,
  parts: ControlledParts,
  act: Act,
  changeSignerFault: ChangeSignerFault,
): Promise<{path: string; close(): Promise<void>}> {
  const server = createServer((request, response) => {
    const answering =
      request.url === '/act'
        ? answerAct(request, act)
        : (answerFault(request, changeSignerFault) ?? answer(request, parts));
    answering.then(
      ({status, body}) => reply(response, status, body),
      (error: unknown) => reply(response, 500, {message: errorText(error)}),
    );
  });
  const place = socketPlace(folder);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.path, resolve);
  });
  chmodSync(place.path, 0o600);
  return {
    path: place.path,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      place.remove();
    },
  };
}

/** Below a long home directory there is no room for a socket's path. */
function socketPlace(folder: string): {path: string; remove(): void} {
  const near = path.join(folder, 'control.sock');
  if (Buffer.byteLength(near) <= LONGEST_PATH) return {path: near, remove: () => {}};
  const far = mkdtempSync(path.join(pathOfVariable(process.env, 'TMPDIR') ?? '/tmp', 'aos-devnet-'));
  return {path: path.join(far, 'control.sock'), remove: () => rmSync(far, {recursive: true, force: true})};
}

type Answer = {status: number; body: object};

async function answerAct(request: IncomingMessage, act: Act): Promise<Answer> {
  const parsed = v.safeParse(actRequest, jsonOf(await bodyOf(request)));
  if (request.method !== 'POST' || !parsed.success)
    return {status: 400, body: {message: 'this devnet does not know such an act'}};
  try {
    return {status: 200, body: await act(parsed.output)};
  } catch (error) {
    if (!(error instanceof AosError)) throw error;
    const {message, code, next} = error;
    return {status: 409, body: {message, code, next}};
  }
}

/** Null: it is another request. */
function answerFault(
  {method, url = ''}: IncomingMessage,
  changeSignerFault: ChangeSignerFault,
): Promise<Answer> | null {
  const name = /^\/fault\/signer\/([a-z-]+)$/.exec(url)?.[1];
  if (method !== 'POST' || name === undefined) return null;
  const change = changeSignerFault(name);
  if (change === null) return Promise.resolve({status: 409, body: {message: `there is no fault ${name}`}});
  if (change === 'stopped') return Promise.resolve({status: 409, body: {message: 'the signer is stopped'}});
  return Promise.resolve({status: 200, body: change});
}

/** @throws Error for one that is too long, or ends early */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BODY) throw new Error('the request is too long');
  }
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no request: answered as one of another version
  }
}

async function answer(request: IncomingMessage, parts: ControlledParts): Promise<Answer> {
  request.resume();
  const {method, url = ''} = request;
  const [, action, name] = url.split('/');
  const known = DEVNET_PARTS.find((one) => one === name);
  if (method !== 'POST' || known === undefined || (action !== 'start' && action !== 'stop'))
    return {status: 404, body: {message: 'there is no such command'}};
  const part = parts[known];
  if (part === null) return {status: 409, body: {message: `this devnet has no ${known} of its own`}};
  const changed = await part[action]();
  return {status: 200, body: {part: known, running: part.isRunning(), changed}};
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
}
