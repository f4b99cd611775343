import {wrap} from '../../foundation/text/cells.ts';
import {FILE_VERSION} from '../../config/file-version.ts';
import {MAPS} from '../../config/maps.ts';
import {ALL_FIELDS, FIELDS, type AnyField} from '../../config/schema.ts';

/** A value as it will stand in the file. */
export type Entry = {
  path: string;
  value: string | readonly string[];
  /** Lines of comment above it, after the meaning of the key. */
  notes?: readonly string[];
};

/** A section whose names are the user's own, each with the texts of its keys. */
export type NamedSection = {path: string; entries: ReadonlyMap<string, ReadonlyMap<string, string>>};

/** Keys that are worth seeing with their default. */
const SHOWN_DEFAULTS: ReadonlySet<string> = new Set([
  'node.heartbeat_interval',
  'node.shutdown_grace',
  'net.verify_dispatcher',
  'workers.opml.concurrency',
  'store.retention',
  'policy.offline_grace',
]);
const WIDTH = 100;

/** What a section should have, and nothing can suggest: shown as a comment in the place of its first key. */
const EXAMPLES: Readonly<Record<string, {about: string; lines: readonly string[]}>> = {
  [FIELDS.tee.root.path]: {
    about:
      'With root and registers of the enclave, an answer is sent only if its attestation is valid (docs/verification.md#tee-attestations). For example:',
    lines: [`root: ${FIELDS.tee.root.example}`, 'pcrs:', `  0: ${FIELDS.tee.pcr0.example}`],
  },
};

const SECTIONS: Readonly<Record<string, string>> = {
  node: 'This operator: who it is, and its keys.',
  net: 'Addresses: its own server and the dispatcher.',
  chain: 'The chain that it is registered on.',
  'chain.contracts': 'Contracts that the network’s preset does not bring.',
  policy: 'Rules of the network.',
  workers: 'The programs that answer selected jobs.',
  store: 'Where jobs and answers are kept.',
  log: 'Log lines.',
  alerts: 'Alerts, for when something is wrong.',
};

/**
 * A commented config.yaml: every key with what it means, in the order of the reference, and the version of the keys, by
 * which a later aos knows that it may upgrade the file.
 * @param head lines of comment at its top
 * @param entries values by path; paths without one are left out
 * @param named sections below one that has keys, which they follow
 */
export function configText(
  head: readonly string[],
  entries: readonly Entry[],
  named: readonly NamedSection[] = [],
): string {
  const version: Entry = {path: FIELDS.version.path, value: String(FILE_VERSION)};
  const given = new Map([version, ...entries].map((entry) => [entry.path, entry]));
  const lines = head.map(comment);
  const open: string[] = [];
  const writeField = (field: AnyField): void => {
    const entry = given.get(field.path);
    const parts = field.path.split('.');
    const sections = parts.slice(0, -1);
    const example = EXAMPLES[field.path];
    const isShown = SHOWN_DEFAULTS.has(field.path) || example !== undefined;
    if (entry === undefined && !(isShown && isOpen(sections, entries))) return;
    openSections(lines, open, sections);
    const indent = '  '.repeat(sections.length);
    if (entry === undefined && example !== undefined) {
      const shown = [...wrap(example.about, WIDTH), ...example.lines];
      lines.push(...shown.map((text) => `${indent}${comment(text)}`));
      return;
    }
    const key = parts.at(-1) ?? '';
    if (entry === undefined) {
      const about = `${field.meaning.replaceAll('`', '')} By default:`;
      lines.push(...wrap(about, WIDTH).map((text) => `${indent}${comment(text)}`));
      lines.push(`${indent}# ${key}: ${field.fallback ?? ''}`);
      return;
    }
    if (sections.length === 0) lines.push('');
    const about = [field.meaning.replaceAll('`', ''), ...(entry.notes ?? [])];
    lines.push(...about.flatMap((text) => wrap(text, WIDTH).map((line) => `${indent}${comment(line)}`)));
    lines.push(`${indent}${key}: ${written(field, entry.value)}`);
  };
  for (const field of ALL_FIELDS) {
    writeField(field);
    for (const section of named)
      if (section.entries.size > 0 && lastBeside(section) === field) writeNamed(lines, open, section);
  }
  return `${lines.join('\n')}\n`;
}

/** The field that a section with free names follows. */
function lastBeside({path}: NamedSection): AnyField | undefined {
  const parent = path.slice(0, path.lastIndexOf('.') + 1);
  return ALL_FIELDS.findLast((field) => field.path.startsWith(parent));
}

function writeNamed(lines: string[], open: string[], {path, entries}: NamedSection): void {
  const parts = path.split('.');
  const sections = parts.slice(0, -1);
  openSections(lines, open, sections);
  const indent = '  '.repeat(sections.length);
  const about = MAPS.find((spec) => spec.path === path)?.meaning.replaceAll('`', '') ?? '';
  lines.push(...wrap(about, WIDTH).map((line) => `${indent}${comment(line)}`));
  lines.push(`${indent}${parts.at(-1) ?? ''}:`);
  for (const [name, values] of entries) {
    lines.push(`${indent}  ${scalar(name)}:`);
    for (const [key, value] of values) lines.push(`${indent}    ${key}: ${scalar(value)}`);
  }
}

/** Whether the file has the section anyway. */
function isOpen(sections: readonly string[], entries: readonly Entry[]): boolean {
  const prefix = `${sections.join('.')}.`;
  return entries.some(({path}) => path.startsWith(prefix));
}

function openSections(lines: string[], open: string[], sections: readonly string[]): void {
  const shared = sections.findIndex((section, depth) => open[depth] !== section);
  if (shared === -1 && open.length === sections.length) return;
  open.length = shared === -1 ? sections.length : shared;
  for (const section of sections.slice(open.length)) {
    const indent = '  '.repeat(open.length);
    open.push(section);
    if (open.length === 1) lines.push('');
    const about = SECTIONS[open.join('.')];
    if (about !== undefined) lines.push(`${indent}${comment(about)}`);
    lines.push(`${indent}${section}:`);
  }
}

function comment(text: string): string {
  return text === '' ? '#' : `# ${text}`;
}

function written(field: AnyField, value: string | readonly string[]): string {
  if (field.kind === 'many' && typeof value !== 'string') return `[${value.map(scalar).join(', ')}]`;
  return scalar(typeof value === 'string' ? value : (value[0] ?? ''));
}

/** Words and small numbers as they are; everything else quoted, so that no YAML reader takes an address for a number. */
function scalar(value: string): string {
  const plain = /^[a-z][a-z0-9_-]*$/i.test(value) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return plain || /^[1-9]\d{0,8}$/.test(value) ? value : JSON.stringify(value);
}
