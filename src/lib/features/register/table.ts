import {metadataPreconditions, registrationPreconditions, senderPreconditions} from './preconditions.ts';
import type {Sight, Walk} from './sight.ts';
import {avsStep} from './step-avs.ts';
import {keyStep} from './step-keys.ts';
import {metadataStep} from './step-metadata.ts';
import {networkSteps} from './step-network.ts';
import {operatorStep} from './step-operator.ts';
import {socketStep} from './step-socket.ts';
import type {Step} from './steps.ts';

/**
 * The steps of a run in their order: those on chain, which `--check` looks at too, and those with the dispatcher. With another
 * metadata URL nothing else is done.
 */
export function stepsOf(walk: Walk): {onChain: readonly Step[]; withDispatcher: readonly Step[]} {
  const {newMetadataUrl} = walk.options;
  if (newMetadataUrl !== null) {
    const preconditions = oncePerSight((sight) => metadataPreconditions(sight, walk, newMetadataUrl));
    const update = metadataStep(walk, {url: newMetadataUrl, preconditions});
    return {onChain: [operatorStep(walk, preconditions), update], withDispatcher: []};
  }
  const preconditions = oncePerSight((sight) => registrationPreconditions(sight, walk));
  return {
    onChain: [
      operatorStep(walk, preconditions),
      keyStep(walk, preconditions),
      avsStep(walk, preconditions),
      socketStep(walk, (sight) => Promise.resolve(senderPreconditions(sight))),
    ],
    withDispatcher: networkSteps(walk),
  };
}

/** Several steps have the same preconditions, which are read once at a block. */
function oncePerSight<T>(read: (sight: Sight) => Promise<T>): (sight: Sight) => Promise<T> {
  const known = new WeakMap<Sight, Promise<T>>();
  return (sight) => {
    const found = known.get(sight) ?? read(sight);
    known.set(sight, found);
    return found;
  };
}
