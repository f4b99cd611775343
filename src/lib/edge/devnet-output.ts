import type {Devnet, DevnetEvent} from '../devnet/devnet.ts';
import {jsonLine, middle, safeText} from '../output/safe-text.ts';
import {isoTime} from '../time.ts';
import {createSink} from './sink.ts';

export type DevnetOutput = {ready(devnet: Devnet): void; onEvent(event: DevnetEvent): void};

/** What `aos devnet up` says: for people on stderr, as NDJSON on stdout. */
export function devnetOutput(options: {json: boolean; quiet: boolean}): DevnetOutput {
  let seq = 0;
  const ignore = {onGone: () => {}, gapLine: (dropped: number) => JSON.stringify({type: 'gap', dropped})};
  const out = createSink(process.stdout, ignore);
  const err = createSink(process.stderr, ignore);

  const json = (body: {type: string}): void => {
    seq += 1;
    const {type, ...rest} = body;
    out.write(jsonLine({type, seq, ...rest, at: isoTime(Date.now())}));
  };

  return {
    ready({config, operator, urls, contracts, banner}) {
      if (!options.quiet) err.write(`\n  ${'*'.repeat(20)}\n  ${banner}\n  ${'*'.repeat(20)}\n`);
      if (options.json) {
        json({type: 'ready', ...{config, operator, urls, contracts}});
        return;
      }
      const rows = Object.entries({
        config,
        node_id: operator,
        ...urls,
        'range contract': contracts.vrf_range,
      });
      out.write(rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}`).join('\n'));
      out.write(
        `\n  aos run -c ${config}\n  aos devnet submit --prompt "What is AI?" --wait\n\n  Ctrl-C ends it.`,
      );
    },
    onEvent(event) {
      if (options.json) json(event);
      else if (!options.quiet) {
        const line = tell(event);
        if (line !== null) err.write(`${isoTime(Date.now()).slice(11, 19)} ${line}`);
      }
    },
  };
}

function tell(event: DevnetEvent): string | null {
  switch (event.type) {
    case 'probe':
      return event.ok ? null : `monitor: ${event.target} did not answer: ${safeText(event.reason)}`;
    case 'connected':
      return `dispatcher: ${safeText(event.operator)} connected`;
    case 'disconnected':
      return event.operator === null ? null : `dispatcher: ${safeText(event.operator)} disconnected`;
    case 'job_submitted':
      return `dispatcher: job ${middle(event.key.jobId, 17)} submitted`;
    case 'result':
      return `dispatcher: job ${middle(event.key.jobId, 17)} result accepted${event.result === '' ? '' : `: ${safeText(event.result, 60)}`}`;
    case 'conflict':
      return `dispatcher: job ${middle(event.key.jobId, 17)} REFUSED, a second, different result`;
    case 'refused':
    case 'rejected':
      return `dispatcher: ${event.type} (${event.why}): ${safeText(event.message)}`;
    case 'pong':
    case 'job_sent':
    case 'acknowledged':
      return null;
  }
}
