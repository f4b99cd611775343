import * as check from '../../foundation/check/check.ts';
import {run, type NextStep} from '../../foundation/next-step/next-step.ts';
import {ago} from '../../foundation/time/duration.ts';
import type {Place} from './place.ts';

/** The steps from nothing to a running operator, in their order. */
export const ROAD_STEPS = ['init', 'signer-check', 'register-check', 'register', 'run'] as const;
export type RoadStepId = (typeof ROAD_STEPS)[number];

/** The command of each step. */
export const COMMAND_OF: Readonly<Record<RoadStepId, NextStep>> = {
  init: run('init'),
  'signer-check': run('signer check'),
  'register-check': run('register', ['--check']),
  register: run('register'),
  run: run('run'),
};

/** Where a node is on the road, and the one command that comes next. */
export type Road = {
  steps: readonly check.Check<RoadStepId>[];
  next: NextStep;
};

type Good = Place & {state: 'good'};

/**
 * Places a node on the road by its files. What only the signer or the chain can say is `unknown`.
 * @param now Unix ms
 */
export function roadOf(place: Place, now: number): Road {
  if (place.state !== 'good') {
    const first = place.state === 'none' ? noConfiguration(place.draft) : check.fail(place.found, place.next);
    const rest = ROAD_STEPS.slice(1).map((id): check.Check<RoadStepId> => ({
      id,
      state: 'skipped',
      found: 'comes after the configuration',
      next: null,
    }));
    return {steps: [{id: 'init', ...first}, ...rest], next: first.next ?? COMMAND_OF.init};
  }
  return {
    steps: [
      {id: 'init', ...configured(place)},
      {id: 'signer-check', ...signed(place)},
      {id: 'register-check', ...ready(place)},
      {id: 'register', ...registered(place)},
      {id: 'run', ...running(place, now)},
    ],
    next: nextOf(place),
  };
}

function noConfiguration(draft: string | null): check.Finding {
  const kept = draft === null ? '' : `; the answers of an aos init that was left are in ${draft}`;
  return check.pending(`there is no configuration yet${kept}`, COMMAND_OF.init);
}

function configured({file, network, nodeId, missingBlsKey}: Good): check.Finding {
  if (missingBlsKey !== null)
    return check.warn(`node.bls_key_file: there is no file ${missingBlsKey}`, makeBlsKey(missingBlsKey));
  return check.ok(`${file ?? 'the variables'}: valid, with its VRF key (${network}, ${nodeId})`);
}

const makeBlsKey = (file: string): NextStep => run('keys bls create', ['--file', file], 'Make it');

function signed({registration}: Good): check.Finding {
  return registration === null
    ? check.unclear('only the signer can say whether it signs for this node', COMMAND_OF['signer-check'])
    : check.ok('the signer has signed a transaction of this node');
}

function ready({registration}: Good): check.Finding {
  return isRegistered(registration)
    ? check.ok('nothing is missing: the registration was mined')
    : check.unclear('only the chain can say what is missing', COMMAND_OF['register-check']);
}

function registered({registration, unreadable}: Good): check.Finding {
  if (unreadable !== null) return check.unclear(unreadable.found, unreadable.next);
  if (registration === null)
    return check.unclear(
      'no registration was sent from this machine; only the chain can say more',
      COMMAND_OF.register,
    );
  const {kind, isMined, hash} = registration;
  if (kind === 'deregister')
    return check.warn(
      `from here this operator left the AVS, or some of its quorums (${hash})`,
      run('status', [], 'Look at it'),
    );
  if (isMined) return check.ok(`registered from here (${hash})`);
  return check.pending(`sent, and not known to be mined (${hash})`, COMMAND_OF.register);
}

function running({journal: {lock, lastWriteAt}}: Good, now: number): check.Finding {
  const wrote = lastWriteAt === null ? '' : `; the journal was last written ${ago(lastWriteAt, now)}`;
  switch (lock) {
    case 'held':
      return check.ok(`an operator runs for this node${wrote}`);
    case 'unknown':
      return check.unclear(`this user cannot see whether an operator runs${wrote}`, run('status'));
    case 'free':
      return lastWriteAt === null
        ? check.pending('no operator has run here yet', COMMAND_OF.run)
        : check.warn(`no operator runs${wrote}`, COMMAND_OF.run);
  }
}

const isRegistered = (registration: Good['registration']): boolean =>
  registration !== null && registration.kind === 'register' && registration.isMined;

function nextOf({missingBlsKey, registration, journal: {lock, lastWriteAt}}: Good): NextStep {
  if (lock === 'held') return run('status');
  if (missingBlsKey !== null) return makeBlsKey(missingBlsKey);
  if (registration?.kind === 'deregister') return run('status');
  if (lock === 'unknown') return run('status');
  if (isRegistered(registration) || lastWriteAt !== null) return COMMAND_OF.run;
  return registration === null ? COMMAND_OF['signer-check'] : COMMAND_OF.register;
}
