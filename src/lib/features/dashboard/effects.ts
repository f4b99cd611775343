import {isoTime} from '../../foundation/time/time.ts';
import type {Entry} from './model/log.ts';
import type {Scene} from './panes/scene.ts';

/** Characters that terminals accept for the clipboard at most. */
const MAX_COPY = 50_000;

/** Returns the sequence that puts a text into the terminal's clipboard, also over SSH (OSC 52). */
export function copySequence(text: string): string {
  return `\x1b]52;c;${Buffer.from(text.slice(0, MAX_COPY), 'utf8').toString('base64')}\x07`;
}

/** Returns bell and notification (OSC 9) for a worse state; `text` must be safe for a terminal. */
export function alarmSequence(text: string): string {
  return `\x07\x1b]9;aos: ${text.slice(0, 200)}\x07`;
}

/** Returns what `y` copies: the id of the selected job, the selected log line, else the address of the node. */
export function copyOf({ui, jobs, log, data}: Scene): string {
  const job = jobs.find(({seq}) => seq === ui.job) ?? jobs[0];
  const entry = log.find(({n}) => n === ui.line) ?? log.at(-1);
  if (ui.pane === 'jobs' && ui.under !== 'log' && job !== undefined) return job.jobId;
  if (ui.pane === 'log' && entry !== undefined) return savedLine(entry);
  return data.peer?.nodeId ?? data.view.node?.nodeId ?? '';
}

/** Returns a log entry as a line of the saved file. */
export function savedLine({event, level, text}: Entry): string {
  return `${isoTime(event.at)} ${level.toUpperCase()} ${text}`;
}

const EXPLORERS: Readonly<Record<string, string>> = {
  mainnet: 'https://etherscan.io',
  hoodi: 'https://hoodi.etherscan.io',
  sepolia: 'https://sepolia.etherscan.io',
};

/** Returns the page of this node in a block explorer; null where the network has no public explorer. */
export function explorerUrl({data}: Scene): string | null {
  const {peer, view} = data;
  const network = peer?.network ?? view.node?.network ?? '';
  const nodeId = peer?.nodeId ?? view.node?.nodeId ?? '';
  const base = Object.hasOwn(EXPLORERS, network) ? EXPLORERS[network] : undefined;
  return base === undefined || nodeId === '' ? null : `${base}/address/${nodeId}`;
}
