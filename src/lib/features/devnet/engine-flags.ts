import {Flags} from '@oclif/core';
import type {DevnetOptions} from '../../../devnet/devnet.ts';
import {STAND_IN_MODEL} from '../../../devnet/engine/stand-in.ts';
import {kindsOfFault} from '../../../devnet/faults.ts';
import {httpUrl} from '../../cli/flags.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';

/** What all flags of a group have. */
export type Common = {helpGroup: string; dependsOn?: string[]};

const ENGINES = ['openai'] as const;
const APIS = ['chat', 'completions'] as const;

/** Of an engine in the place of the opml worker. */
export const engineFlags = (common: Common) => ({
  engine: Flags.string({
    summary: 'The opml worker is an OpenAI-compatible engine: a stand-in, or the server of --worker-url.',
    options: ENGINES,
    ...common,
  }),
  'engine-model': Flags.string({
    summary: 'Model of the engine at --worker-url that answers the jobs.',
    helpValue: 'NAME',
    ...dependingOn(common, 'engine', 'worker-url'),
  }),
  'engine-api': Flags.string({
    summary:
      'How that engine is asked: chat (the default), or completions for a model without a chat template.',
    options: APIS,
    ...dependingOn(common, 'engine', 'worker-url'),
  }),
});

function dependingOn(common: Common, ...flags: string[]): Common {
  return {...common, dependsOn: [...(common.dependsOn ?? []), ...flags]};
}

/** Their values, and those that they go with. */
export type EngineFlagValues = {
  'worker-url'?: string | undefined;
  engine?: string | undefined;
  'engine-model'?: string | undefined;
  'engine-api'?: string | undefined;
  fault?: string[] | undefined;
};

/**
 * The worker that runs elsewhere, without a slash at its end; null: none does. An engine is often named with the /v1 of
 * its API.
 * @throws AosError USAGE: it is no http(s) URL
 */
export function workerUrlOf(flags: EngineFlagValues): string | null {
  const given = flags['worker-url'];
  if (given === undefined) return null;
  const plain = flags.engine === undefined ? given : given.replace(/\/v1\/?$/, '');
  return httpUrl(plain, 'worker-url').replace(/\/$/, '');
}

/** @throws AosError USAGE: it is no opml worker, it lacks a model, or a fault is one that no engine has */
export function engineOf(flags: EngineFlagValues, kinds: readonly WorkerKind[]): DevnetOptions['engine'] {
  if (flags.engine === undefined) return null;
  if (!kinds.includes('opml'))
    throw new AosError('USAGE', `--engine is for opml jobs, and the kinds are ${kinds.join(' and ')}`, {
      next: say('Leave out --engine, or name --kind opml.'),
    });
  const others: readonly WorkerKind[] = kinds.filter((kind) => kind !== 'opml');
  const fault = (flags.fault ?? []).find((name) => {
    const its = kindsOfFault(name);
    return its.includes('opml') && !its.some((kind) => others.includes(kind));
  });
  if (fault !== undefined)
    throw new AosError(
      'USAGE',
      `--fault ${fault} is a fault of the published opml worker, and an engine takes its place`,
      {
        next: say(`Leave out --fault ${fault}, or --engine.`),
      },
    );
  if (flags['worker-url'] === undefined) return {api: 'completions', model: STAND_IN_MODEL};
  const model = flags['engine-model'] ?? '';
  if (model === '')
    throw new AosError('USAGE', 'the engine at --worker-url needs --engine-model', {
      next: say('Name one that it lists at /v1/models: --engine-model NAME'),
    });
  return {api: flags['engine-api'] === 'completions' ? 'completions' : 'chat', model};
}
