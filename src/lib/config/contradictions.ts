import type {WorkerKind} from '../protocol/wire/messages.ts';
import {sameAddress} from '../protocol/wire/ethereum.ts';
import type {ConfigWarning} from './config.ts';
import {placeText, problemAt, type ConfigProblem, type Place} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {isSamePort} from './same-port.ts';
import {FIELDS, type AnyField} from './schema.ts';
import {workerUrls} from './worker-urls.ts';

/** Finds values that are right by themselves and with which no operator can work together. */
export function contradictions(resolved: Resolved, placeOf: (field: AnyField) => Place): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const {restUrl, callbackListen, nodeId, dispatcherAddress} = FIELDS;
  const [own, callback] = [resolved.one(restUrl), resolved.one(callbackListen)];
  if (own !== undefined && callback !== undefined && isSamePort(own, callback)) {
    const got = `has the port of ${restUrl.path} (${placeText(placeOf(restUrl))}), and a port has one listener`;
    problems.push(
      problemAt(placeOf(callbackListen), callbackListen.path, got, 'another port', '127.0.0.1:21002'),
    );
  }
  const [node, dispatcher] = [resolved.one(nodeId), resolved.one(dispatcherAddress)];
  if (node !== undefined && dispatcher !== undefined && sameAddress(node, dispatcher)) {
    const got = `is the address of this node (${placeText(placeOf(nodeId))}), so every job of the dispatcher would be refused`;
    problems.push(
      problemAt(
        placeOf(dispatcherAddress),
        dispatcherAddress.path,
        got,
        'the address that signs the dispatcher’s jobs',
      ),
    );
  }
  return problems;
}

/** Finds values that are right by themselves, and together hardly meant. */
export function doubts(resolved: Resolved, kinds: readonly WorkerKind[]): ConfigWarning[] {
  return [
    ...otherChain(resolved),
    ...kinds.flatMap((kind) => shortDeadline(resolved, kind)),
    ...sharedWorkers(resolved, kinds),
  ];
}

/** The contracts of a network are on its chain. A devnet has any. */
function otherChain({network, preset, one}: Resolved): ConfigWarning[] {
  const chainId = one(FIELDS.chainId);
  const usual = Number(preset?.values[FIELDS.chainId.path] ?? Number.NaN);
  if (network === 'devnet' || chainId === undefined || Number.isNaN(usual) || chainId === usual) return [];
  const {path} = FIELDS.chainId;
  return [
    doubt(
      path,
      `${path} is ${chainId}, but ${network} is chain ${usual}: remove it, or name the network that you mean`,
    ),
  ];
}

function shortDeadline({one}: Resolved, kind: WorkerKind): ConfigWarning[] {
  const {deadline, answerTimeout} = FIELDS[kind];
  const [end, wait] = [one(deadline), one(answerTimeout)];
  if (end === undefined || wait === undefined || end >= wait) return [];
  return [
    doubt(
      deadline.path,
      `${deadline.path} ends before ${answerTimeout.path}: a job is unanswered before its first request may time out, so no request is sent again`,
    ),
  ];
}

/** A worker of one kind does not answer the questions of another. */
function sharedWorkers(resolved: Resolved, kinds: readonly WorkerKind[]): ConfigWarning[] {
  const seen = new Map<string, string>();
  return kinds.flatMap((kind) => {
    const field = resolved.raw(FIELDS[kind].urls) === undefined ? FIELDS[kind].url : FIELDS[kind].urls;
    return (workerUrls(resolved, kind) ?? []).flatMap((url): ConfigWarning[] => {
      const before = seen.get(url);
      seen.set(url, field.path);
      if (before === undefined || before === field.path) return [];
      return [
        doubt(field.path, `${field.path} names the same worker as ${before}, and a worker has one kind`),
      ];
    });
  });
}

const doubt = (path: string, message: string): ConfigWarning => ({code: 'CONTRADICTION', path, message});
