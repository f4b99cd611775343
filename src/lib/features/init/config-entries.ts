import {renderNext} from '../../cli/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {CUSTOM_NETWORK} from '../../config/networks.ts';
import {ALL_FIELDS, FIELDS} from '../../config/schema.ts';
import {listenAddress} from '../../config/values.ts';
import type {Entry} from './config-text.ts';
import {nodeIdOf} from './fields.ts';
import type {Finding, Known, Question, QuestionKey} from './question.ts';
import {QUESTIONS} from './questions.ts';
import type {Findings} from './wizard.ts';

/** What a devnet's own file knows beyond the questions. */
const FROM_DEVNET =
  /^(?:chain\.contracts\.|(?:net\.(?:callback_url|verify_dispatcher)|node\.bls_(?:key|password)_file|policy\.network_start|workers\.tee\.(?:callback_port|verify|root|pcrs\.\d+))$)/;

/** Another answer says it: that of the operator’s address, the address of the worker, the file of the channel. */
const NO_ENTRIES: ReadonlySet<QuestionKey> = new Set(['account', 'worker-kind', 'alert-channel']);

/**
 * The values of the file: one an answered question, and what follows from them. A problem that was passed over is
 * a comment at its key.
 * @param today date for those comments
 */
export function configEntries(known: Known, findings: Findings, today: string): Entry[] {
  const entries: Entry[] = [];
  for (const question of QUESTIONS) {
    if (NO_ENTRIES.has(question.key)) continue;
    const value = question.key === 'node-id' ? nodeIdOf(known.answers) : (known.answers[question.key] ?? '');
    // The network’s worker is the default.
    if (value === '' || (question.key === 'engine' && value === 'published')) continue;
    const path = question.pathFor?.(known) ?? question.path;
    entries.push({path, value: valueAt(path, value), notes: notesOf(question, findings, today)});
  }
  return [...entries, ...derived(known, entries)];
}

/** Several with commas are a list in the file. */
function valueAt(path: string, text: string): Entry['value'] {
  const isList = ALL_FIELDS.some((field) => field.path === path && field.kind === 'many');
  return isList ? text.split(',').map((part) => part.trim()) : text;
}

function notesOf({key}: Question, findings: Findings, today: string): string[] {
  const about = key === 'node-id' ? (findings.account ?? findings['node-id']) : findings[key];
  return about?.state === 'fail' ? [problemNote(about, today)] : [];
}

function problemNote({found, next}: Finding, today: string): string {
  return `${today}, when this was written: ${found}${next === null ? '' : `. ${safeText(renderNext(next))}`}`;
}

function derived({answers, facts}: Known, entries: readonly Entry[]): Entry[] {
  const has = (path: string): boolean => entries.some((entry) => entry.path === path);
  const more: Entry[] = [];
  if (answers.network === 'devnet' && facts.devnet !== null) {
    for (const [path, value] of Object.entries(facts.devnet))
      if (FROM_DEVNET.test(path) && !has(path)) more.push({path, value});
  }
  more.push(...facts.more.filter(({path}) => !has(path)));
  const hasChain = facts.more.some(({path}) => path === FIELDS.chainId.path);
  if (answers.network === CUSTOM_NETWORK && facts.chainId !== null && !hasChain)
    more.push({path: FIELDS.chainId.path, value: String(facts.chainId), notes: ['As the RPC says.']});
  const outer = answers['outer-url'] ?? '';
  const isGiven = more.some(({path}) => path === FIELDS.callbackUrl.path);
  const listen = listenAddress.parse(answers.listen ?? '');
  if (outer !== '' && !isGiven && !('wrong' in listen)) {
    // Workers of this machine answer here; by the outer URL their answers would be refused.
    const {host, port} = listen.value;
    const own = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    more.push({
      path: FIELDS.callbackUrl.path,
      value: `http://${own.includes(':') ? `[${own}]` : own}:${port}`,
    });
  }
  return more;
}
