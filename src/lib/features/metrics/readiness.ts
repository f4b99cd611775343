import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {OperatorView} from '../../node/events/view.ts';
import {isWarning} from '../../node/events/warnings.ts';

/** Why a node cannot take a job now. `code` is one of aos (aos explain CODE), or a state that ends by itself. */
export type Cause = {part: string; code: string; next: NextStep};

/** Every reason why the node cannot take, answer and deliver a job now; none: it is ready. */
export function notReadyCauses(view: OperatorView): Cause[] {
  const {node, connection, range, stopping, problems} = view;
  if (node === null) return [{part: 'operator', code: 'STARTING', next: say('Wait: the operator starts.')}];
  const broken = problems
    .filter(({code}) => !isWarning(code))
    .map(({part, code, next}): Cause => ({part, code, next}));
  const has = (part: string): boolean => broken.some((cause) => cause.part === part);
  return [
    ...(stopping === null
      ? []
      : [{part: 'operator', code: 'STOPPING', next: say('Wait: the operator stops.')}]),
    ...broken,
    ...(connection.state === 'connected' || has('dispatcher')
      ? []
      : [{part: 'dispatcher', code: 'NOT_CONNECTED', next: say('Wait: the operator connects.')}]),
    ...(range !== null || has('chain')
      ? []
      : [{part: 'chain', code: 'RANGE_UNKNOWN', next: say('Wait: the sampling range is being read.')}]),
  ];
}

/** The three answers of EigenLayer's node API: healthy, partially healthy or starting, unhealthy. */
export type Health = 'healthy' | 'partial' | 'unhealthy';

export const HEALTH_STATUS = {healthy: 200, partial: 206, unhealthy: 503} as const satisfies Record<
  Health,
  number
>;

/** How well the node is. What only has not come about yet, a warning, and a verdict with something to check are partial. */
export function nodeHealth(view: OperatorView): Health {
  const {node, problems, connection, verdict, stopping} = view;
  if (problems.some(({code}) => !isWarning(code)) || verdict?.state === 'not_earning') return 'unhealthy';
  if (connection.state === 'disconnected' || connection.state === 'refused') return 'unhealthy';
  const isWhole =
    node !== null &&
    stopping === null &&
    problems.length === 0 &&
    connection.state === 'connected' &&
    verdict?.state === 'earning';
  return isWhole ? 'healthy' : 'partial';
}

/** A service of the node API. */
export type Service = {
  id: string;
  name: string;
  description: string;
  status: 'Up' | 'Down' | 'Initializing';
};

/** What this node consists of: its peers, its journal, and a service for each kind of worker. */
export function services(view: OperatorView): Service[] {
  const {problems, node, connection, block, signer, workers, lastProbe} = view;
  const isDown = (...parts: readonly string[]): boolean =>
    problems.some(({part, code}) => parts.includes(part) && !isWarning(code));
  const status = (isBroken: boolean, isUp: boolean): Service['status'] =>
    isBroken ? 'Down' : isUp ? 'Up' : 'Initializing';
  const lost = connection.state === 'disconnected' || connection.state === 'refused';
  return [
    {
      id: 'dispatcher',
      name: 'Dispatcher',
      description: 'Sends jobs and takes their results',
      status: status(lost || isDown('dispatcher'), connection.state === 'connected'),
    },
    {
      id: 'signer',
      name: 'Signer',
      description: 'Web3Signer with the key of the operator',
      status: status(isDown('signer'), signer !== null && signer.signatures > 0),
    },
    {
      id: 'chain',
      name: 'Chain',
      description: 'JSON-RPC of the chain',
      status: status(isDown('chain'), block !== null),
    },
    {
      id: 'journal',
      name: 'Journal',
      description: 'Durable memory of jobs and answers',
      status: status(isDown('journal'), node !== null),
    },
    {
      id: 'ping',
      name: 'Ping',
      description: 'HTTP server that the network probes',
      status: status(isDown('port'), lastProbe !== null),
    },
    ...(node?.workers ?? []).map((kind): Service => {
      const facts = workers.find((one) => one.kind === kind)?.facts ?? null;
      return {
        id: `worker-${kind}`,
        name: `Worker ${kind}`,
        description: `Answers jobs of the kind ${kind}`,
        status: status(facts !== null && facts.well === 0, facts !== null),
      };
    }),
  ];
}
