import {monitorEventLoopDelay} from 'node:perf_hooks';
import {operateFor} from '../src/lib/features/run/run-command.ts';
import {serveParent} from './processes.ts';

/**
 * `aos run` with a watch of its event loop. It is built twice: as it is, and without any check of answers (bench/run.mjs).
 */
const config = JSON.parse(process.argv[2] ?? 'null') as string;
const delay = monitorEventLoopDelay({resolution: 1});
const operator = operateFor(
  {config, quiet: true, devnet: false, headless: true, 'accept-all': false, 'old-host-is-off': false},
  {version: 'bench', json: false, ascii: true, note: () => undefined},
);
delay.enable();
serveParent(null, (request) => {
  const {p99, max} = {p99: delay.percentile(99) / 1e6, max: delay.max / 1e6};
  if (request === 'reset') delay.reset();
  return Promise.resolve({p99, max});
});
await operator.operate();
