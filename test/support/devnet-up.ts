import {type Cli, type Line, type StartOptions, type World} from './cli.ts';

export type Ready = {
  config: string;
  operator: string;
  operators: {operator: string; config: string; url: string}[];
  dispatcher: 'newest' | 'head' | 'friendly';
  urls: Record<'chain' | 'signer' | 'dispatcher' | 'dispatcherHttp' | 'operator' | 'worker', string>;
  contracts: {vrfRange: string};
};

/** A running `aos devnet up --json`. */
export type DevnetUp = Ready & {
  cli: Cli;
  /** Submits jobs over the HTTP API; resolves with their ids. */
  submit(
    count: number,
    job?: {prompt?: string; model?: string; kind?: string; params?: object},
  ): Promise<string[]>;
  /** Resolves when each of the jobs has an accepted result. */
  answered(ids: readonly string[]): Promise<void>;
  /** The dispatcher's events of one type so far. */
  events(type: string): Line[];
};

/** Of the friendly dispatcher, unless the arguments say which. */
export async function devnetUp(
  world: World,
  args: readonly string[] = [],
  options?: StartOptions,
): Promise<DevnetUp> {
  const isNamed = args.some((arg) => arg === '--dispatcher' || arg === '--friendly');
  const cli = world.start(['devnet', 'up', '--json', ...(isNamed ? [] : ['--friendly']), ...args], options);
  const ready = (await cli.event('ready')) as unknown as Ready;
  return {
    ...ready,
    cli,
    async submit(count, {prompt = 'What is AI?', model = 'tiny-llm', kind = 'opml', params = {}} = {}) {
      const ids: string[] = [];
      for (let i = 0; i < count; i += 1) {
        // The prompt alone decides whether a job is selected, so each is another.
        const job = {tag: kind, prompt: count === 1 ? prompt : `${prompt} ${i}`, model, params};
        const body = JSON.stringify({from: null, job, verify: null});
        const response = await fetch(`${ready.urls.dispatcherHttp}/api/job/submit`, {
          method: 'POST',
          headers: {'content-type': 'application/json'},
          body,
        });
        const {code, result} = (await response.json()) as {code: number; result: string};
        if (code !== 200) throw new Error(`submit answered ${code}`);
        ids.push(result);
      }
      return ids;
    },
    async answered(ids) {
      const open = new Set(ids);
      if (open.size === 0) return;
      await cli.event('result', (line) => {
        open.delete((line['key'] as {jobId: string}).jobId);
        return open.size === 0;
      });
    },
    events: (type) => cli.lines().filter((line) => line.type === type),
  };
}
