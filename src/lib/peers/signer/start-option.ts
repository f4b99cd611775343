import {say, type NextStep} from '../../foundation/next-step/next-step.ts';

/** The step of starting Web3Signer with options of its own, which its command line takes before `eth1` only. */
export function startWith(options: string): NextStep {
  return say(`Start Web3Signer with ${options} before eth1`);
}
