import {middle} from '../../foundation/text/cells.ts';
import type {Devnet, DevnetEvent} from '../../../devnet/devnet.ts';
import {jsonLine, safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {createSink} from '../../cli/sinks.ts';

const ABOUT: Readonly<Record<Devnet['dispatcher'], string>> = {
  newest: 'as the newest published: signs jobs, sends nothing again',
  head: 'as the public one: signs nothing, sends nothing again',
  friendly: 'friendly: signs everything, sends jobs again',
};
/** What is behind a worker that no test machine can have. */
const STAND_INS = {
  tee: 'published, but for its enclave: a stand-in, and its attestation says so',
  zkml: 'published; without the engine of ezkl it knows its proofs by hash',
} as const;
const STARS = '*'.repeat(20);

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

  const silent = new Set<string>();
  /** False for a probe with the same outcome as the one before: probes come every few seconds. */
  const isNews = (event: DevnetEvent): boolean => {
    if (event.type !== 'probe') return true;
    if (event.ok) return silent.delete(event.target);
    const isFirst = !silent.has(event.target);
    silent.add(event.target);
    return isFirst;
  };

  return {
    ready(devnet) {
      const {operators, dispatcher, urls, contracts, banner} = devnet;
      const [{config, operator}] = operators;
      if (!options.quiet) err.write(`\n  ${STARS}\n${narrow(banner)}  ${STARS}\n`);
      if (options.json) {
        json({type: 'ready', ...{config, operator, operators, dispatcher, urls, contracts}});
        return;
      }
      out.write(readyRows(devnet).join('\n'));
      out.write(
        `\n  aos register -c ${shellWord(config)} --yes\n  aos run -c ${shellWord(config)}\n  aos devnet submit --prompt "What is AI?" --wait\n\n  Ctrl-C ends it.`,
      );
    },
    onEvent(event) {
      if (options.json) json(event);
      else if (!options.quiet && isNews(event)) {
        const line = lineOf(event);
        if (line !== null) err.write(`${isoTime(Date.now()).slice(11, 19)} ${line}`);
      }
    },
  };
}

/** What a devnet consists of, a line each: only what there is. */
export function readyRows({operators, dispatcher, engine, urls, contracts}: Omit<Devnet, 'close'>): string[] {
  const [{config, operator}, ...others] = operators;
  const rows: Readonly<Record<string, string | undefined>> = {
    config,
    node_id: operator,
    ...urls,
    'range contract': contracts.vrfRange,
    'dispatcher is': ABOUT[dispatcher],
    'opml worker is':
      engine === null ? undefined : `an engine (openai), its model ${safeText(engine.model, 60)}`,
    'tee worker is': urls.tee === undefined ? undefined : STAND_INS.tee,
    'zkml worker is': urls.zkml === undefined ? undefined : STAND_INS.zkml,
    ...Object.fromEntries(others.map((other, index) => [`config ${index + 2}`, other.config])),
  };
  return Object.entries(rows).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(16)} ${value}`],
  );
}

/** Lines of at most 76 characters, indented by two. */
function narrow(text: string): string {
  return text.replace(/(.{1,76})(?: |$)/g, '  $1\n');
}

function lineOf(event: DevnetEvent): string | null {
  switch (event.type) {
    case 'probe':
      return event.ok
        ? `monitor: ${event.target} answers`
        : `monitor: ${event.target} did not answer: ${safeText(event.reason)}`;
    case 'connected':
      return `dispatcher: ${safeText(event.operator)} connected`;
    case 'disconnected':
      return event.operator === null ? null : `dispatcher: ${safeText(event.operator)} disconnected`;
    case 'job_submitted':
      return `dispatcher: job ${middle(event.key.jobId, 17)} submitted`;
    case 'result':
      return `dispatcher: job ${middle(event.key.jobId, 17)} result accepted${event.result === '' ? '' : `: ${safeText(event.result, 60)}`}`;
    case 'conflict':
      return `dispatcher: job ${middle(event.key.jobId, 17)} a second, different result, DROPPED`;
    case 'refused':
    case 'rejected':
      return `dispatcher: ${event.type} (${event.why}): ${safeText(event.message)}`;
    case 'pong':
    case 'job_sent':
    case 'acknowledged':
      return null;
  }
}
