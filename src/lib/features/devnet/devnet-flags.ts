import {Flags} from '@oclif/core';
import type {DevnetOptions} from '../../../devnet/devnet.ts';
import {FAULTS, faultsOf, kindsOfFault} from '../../../devnet/faults.ts';
import {SECOND_MANNERS} from '../../../devnet/second.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {engineFlags, engineOf, workerUrlOf, type Common, type EngineFlagValues} from './engine-flags.ts';
import {durationFlag, rangeFlag} from '../../cli/flags.ts';
import {secondOf} from './second-manner.ts';

/** What a devnet's dispatcher is when no flag says so. */
const DEFAULT_DISPATCHER: DevnetOptions['dispatcher'] = 'newest';
/** The worker of a devnet when no flag says so. */
const DEFAULT_KIND: WorkerKind = 'opml';

const helpGroup = 'NETWORK';

/** What the network of a devnet is like. */
const flagsOf = (common: Common) => ({
  dispatcher: Flags.string({
    summary: 'Behave as this published dispatcher: newest (the default) signs its jobs, head signs nothing.',
    options: ['newest', 'head'] as const,
    ...common,
  }),
  friendly: Flags.boolean({
    summary:
      'A dispatcher that signs everything and sends jobs again, and an opml worker that takes many requests at once, as no published ones do.',
    exclusive: ['dispatcher'],
    ...common,
  }),
  'block-time': Flags.integer({
    summary: 'Seconds between two blocks, which transactions wait for (default: mined when they arrive).',
    min: 1,
    max: 3_600,
    helpValue: 'S',
    ...common,
  }),
  kind: Flags.string({
    summary: 'Kind of worker and of jobs (default: opml); may be given several times.',
    description:
      'The tee worker has no enclave: a stand-in answers, and its attestation says so. The zkml worker checks proofs where the engine of ezkl is installed; elsewhere it knows those of the devnet by hash.',
    options: WORKER_KINDS,
    multiple: true,
    ...common,
  }),
  'worker-url': Flags.string({
    summary: 'Use a worker of the kind that runs elsewhere.',
    helpValue: 'URL',
    ...common,
  }),
  second: Flags.string({
    summary: 'A second zkml worker that each answer is compared with, and how it answers.',
    description:
      'agrees: as the first one. lies: the other word of one proof in five, so that an answer is held. refuses: HTTP 422 to every question, so that nothing is compared.',
    options: SECOND_MANNERS,
    helpValue: 'HOW',
    ...common,
  }),
  ...engineFlags(common),
  fault: Flags.string({
    summary: 'Let a part of the network do something wrong; may be given several times.',
    description: Object.entries(FAULTS)
      .map(([name, {means}]) => `${name}: ${means}`)
      .join('\n'),
    options: Object.keys(FAULTS),
    multiple: true,
    helpValue: 'NAME',
    ...common,
  }),
});

/** Of `aos run --devnet`. */
export const devnetRunFlags = flagsOf({helpGroup: 'DEVNET', dependsOn: ['devnet']});

/** Their values. */
export type NetworkFlags = EngineFlagValues & {
  dispatcher?: string | undefined;
  friendly: boolean;
  'block-time'?: number | undefined;
  kind?: string[] | undefined;
  second?: string | undefined;
};

/** The kinds that were named, each once. */
export function kindsOf({kind}: Pick<NetworkFlags, 'kind'>): readonly WorkerKind[] {
  const named = (kind ?? []).flatMap((name) => WORKER_KINDS.find((known) => known === name) ?? []);
  return named.length === 0 ? [DEFAULT_KIND] : [...new Set(named)];
}

/**
 * @throws AosError USAGE for a worker's URL that is none or not of one kind, and for a fault of a dispatcher or worker that
 *   the devnet does not have
 */
export function networkOptions(
  flags: NetworkFlags,
): Pick<
  DevnetOptions,
  'dispatcher' | 'worker' | 'kinds' | 'blockTimeS' | 'workerUrl' | 'second' | 'engine' | 'faults'
> {
  const {dispatcher, friendly, fault = []} = flags;
  const workerUrl = flags['worker-url'];
  const named = dispatcher === 'newest' || dispatcher === 'head' ? dispatcher : DEFAULT_DISPATCHER;
  const version = friendly ? 'friendly' : named;
  const foreign = version === 'friendly' && fault.find((name) => FAULTS[name]?.ofPublished === true);
  if (typeof foreign === 'string') {
    throw new AosError('USAGE', `--fault ${foreign} is a fault of a published dispatcher`, {
      next: say('Leave out --friendly, or name --dispatcher newest or head.'),
    });
  }
  const kinds = kindsOf(flags);
  for (const name of fault) requireKind(name, kinds);
  const engine = engineOf(flags, kinds);
  if (workerUrl !== undefined && kinds.length > 1) {
    throw new AosError('USAGE', `--worker-url names one worker, and there are ${kinds.length} kinds`, {
      next: say('Name one --kind with --worker-url.'),
    });
  }
  return {
    dispatcher: version,
    kinds,
    worker: version === 'friendly' ? 'friendly' : 'published',
    blockTimeS: flags['block-time'] ?? null,
    workerUrl: workerUrlOf(flags),
    second: secondOf(flags.second, kinds),
    engine,
    faults: faultsOf(fault),
  };
}

/** @throws AosError USAGE for a fault of a worker that is of none of the kinds */
function requireKind(fault: string, kinds: readonly WorkerKind[]): void {
  const its = kindsOfFault(fault);
  const [first] = its;
  if (first === undefined || its.some((kind) => kinds.includes(kind))) return;
  throw new AosError('USAGE', `--fault ${fault} is a fault of a worker of the kind ${its.join(' or ')}`, {
    next: say(`Leave out --fault ${fault}, or name --kind ${first}.`),
  });
}

/** The same on the command line of `aos devnet up`. */
export function networkArgs(flags: NetworkFlags): string[] {
  const {dispatcher, friendly, kind = [], fault = []} = flags;
  const blockTime = flags['block-time'];
  return [
    ...(dispatcher === undefined ? [] : ['--dispatcher', dispatcher]),
    ...(friendly ? ['--friendly'] : []),
    ...(blockTime === undefined ? [] : ['--block-time', String(blockTime)]),
    ...kind.flatMap((name) => ['--kind', name]),
    ...(['worker-url', 'engine', 'engine-model', 'engine-api'] as const).flatMap((name) => {
      const value = flags[name];
      return value === undefined ? [] : [`--${name}`, value];
    }),
    ...(flags.second === undefined ? [] : ['--second', flags.second]),
    ...fault.flatMap((name) => ['--fault', name]),
  ];
}

const port = (what: string) =>
  Flags.integer({
    summary: `Port of the ${what} (default: a free one).`,
    min: 1,
    max: 65_535,
    helpValue: 'PORT',
    helpGroup: 'PORTS',
  });

/** Of `aos devnet up` alone. */
export const upFlags = {
  ...flagsOf({helpGroup}),
  operators: Flags.integer({
    summary: 'Number of operators, each with a key of the signer and a configuration.',
    default: 1,
    min: 1,
    max: 20,
    helpValue: 'N',
    helpGroup,
  }),
  flow: Flags.string({
    summary: 'Registry of the AVS, named as in aos register --flow (default: that of the AOS network).',
    helpValue: 'NAME',
    helpGroup,
  }),
  range: rangeFlag({
    summary: 'Sampling range of the operators.',
    helpValue: 'A,B',
    default: {start: 0n, end: 600_000n},
    defaultHelp: () => Promise.resolve('0,600000: every job is selected'),
    noCacheDefault: true,
  }),
  redeliver: Flags.boolean({
    summary: 'With --friendly: send jobs without an accepted result again after each connect.',
    default: true,
    allowNo: true,
  }),
  'job-every': durationFlag({summary: 'Submit a job this often while an operator is connected.'}),
  'chain-port': port('chain'),
  'signer-port': port('signer'),
  'dispatcher-port': port("dispatcher's WebSocket"),
  'dispatcher-http-port': port("dispatcher's HTTP API"),
  'operator-port': port('operator (written into its configuration)'),
  'worker-port': port('worker, of the first kind'),
  'tee-callback-port': Flags.integer({
    summary:
      "Port that the tee worker sends its answers to, written into the operator's configuration (default: the operator's own).",
    min: 1,
    max: 65_535,
    helpValue: 'PORT',
    helpGroup: 'PORTS',
  }),
  'exit-with-stdin': Flags.boolean({
    summary: 'Stop when standard input closes, for a parent process.',
  }),
};

/** Their values, and those of the network. */
export type UpFlags = NetworkFlags & {
  operators: number;
  flow?: string | undefined;
  range: DevnetOptions['range'];
  redeliver: boolean;
  'job-every'?: number | undefined;
} & Partial<
    Record<
      `${'chain' | 'signer' | 'dispatcher' | 'dispatcher-http' | 'operator' | 'worker' | 'tee-callback'}-port`,
      number | undefined
    >
  >;

/** @throws AosError USAGE */
export function upOptions(flags: UpFlags): Omit<DevnetOptions, 'dir' | 'file' | 'on'> {
  return {
    ...networkOptions(flags),
    ports: {
      chain: flags['chain-port'],
      signer: flags['signer-port'],
      dispatcher: flags['dispatcher-port'],
      dispatcherHttp: flags['dispatcher-http-port'],
      operator: flags['operator-port'],
      worker: flags['worker-port'],
      teeCallback: flags['tee-callback-port'],
    },
    range: flags.range,
    redeliver: flags.redeliver,
    operators: flags.operators,
    flow: flags.flow ?? null,
    jobEveryMs: flags['job-every'] ?? null,
  };
}
