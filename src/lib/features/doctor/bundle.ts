import type {ListStyle} from '../../cli/check-list.ts';
import {renderNext, withNextText} from '../../cli/next-step.ts';
import {palette} from '../../cli/palette.ts';
import {closeSync, fstatSync, openSync, readdirSync, readSync} from 'node:fs';
import {release, arch, platform} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {pack} from 'tar-stream';
import {redactedConfig} from '../../config/redacted.ts';
import {doctorJson, type BundleJson} from './report.ts';
import {doctorText} from './text.ts';
import {jsonLine, safeText} from '../../foundation/text/safe-text.ts';
import {createRedactor} from '../../foundation/text/redactor.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {openPrivateOutput} from '../../cli/private-output.ts';
import type {Examination, Surroundings} from './examine.ts';

/** Of each log the end. */
const MOST_LOG = 256 * 1024;
const MOST_LOGS = 5;
const DIRECTORY = 'aos-doctor';

/** The text of the report in a file. */
const PLAIN = {paint: palette(false), ascii: false, width: 100} as const;

/**
 * Writes a tarball to give to others: report, configuration without secrets, versions, ends of logs. Every text passes
 * one redactor.
 * @throws AosError OUT_EXISTS | OUT_WRITE_FAILED
 */
export async function writeBundle(
  out: string,
  {report, config, file}: Examination,
  where: Surroundings,
  {force}: {force: boolean},
): Promise<BundleJson> {
  const {env, cwd} = where;
  const {lines, secrets} = redactedConfig({file, env, cwd});
  const redact = createRedactor(secrets);
  // Each text is redacted before it is laid out: a secret that a line break goes through would not be recognised.
  const style: ListStyle = {...PLAIN, next: (step) => redact(renderNext(step))};
  const clean = {...report, checks: report.checks.map((one) => ({...one, found: redact(one.found)}))};
  const at = where.time.now();
  const versions = {
    aos: where.version,
    node: where.node,
    ...Object.fromEntries(
      Object.entries(process.versions).filter(([name]) => ['openssl', 'sqlite', 'undici'].includes(name)),
    ),
    platform: platform(),
    release: release(),
    arch: arch(),
    at: isoTime(at),
  };
  const texts: [name: string, text: string][] = [
    ['report.json', jsonLine(withNextText(doctorJson(clean), style.next), 2)],
    ['report.txt', doctorText(clean, style, {all: true})],
    ['config.txt', lines.map((line) => safeText(redact(line), 2000)).join('\n')],
    ['versions.json', jsonLine(versions, 2)],
    ...logTails(config.storeDir, redact),
  ];
  const bytes = await tarball(
    texts.map(([name, text]) => ({name: `${DIRECTORY}/${name}`, text: `${redact(text)}\n`})),
    at,
  );
  const output = openPrivateOutput(out, {force});
  try {
    output.write(bytes);
    output.commit();
  } finally {
    output.abort();
  }
  return {path: output.path, bytes: bytes.length, files: texts.map(([name]) => name)};
}

async function tarball(files: readonly {name: string; text: string}[], at: number): Promise<Uint8Array> {
  const tar = pack();
  for (const {name, text} of files) tar.entry({name, mode: 0o600, mtime: new Date(at)}, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/**
 * The ends of log files in the state directory, as lines that a terminal can show. They are redacted before they are cut: the
 * beginning of a secret would not be recognised.
 */
function logTails(dir: string | null, redact: (text: string) => string): [string, string][] {
  if (dir === null) return [];
  return logFiles(dir)
    .slice(0, MOST_LOGS)
    .flatMap((name): [string, string][] => {
      const tail = tailOf(join(dir, name));
      if (tail === null) return [];
      const safe = redact(tail)
        .split('\n')
        .map((line) => safeText(line, 4000));
      return [[`logs/${safeText(name, 100).replaceAll('/', '_')}`, safe.join('\n')]];
    });
}

function logFiles(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => /\.(log(\.1)?|ndjson)$/.test(name));
  } catch {
    return []; // no state directory: the report says so
  }
}

/** Whole lines only: a secret that is cut in two would not be recognised. */
function tailOf(path: string): string | null {
  try {
    const file = openSync(path, 'r');
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) return null;
      const length = Math.min(stat.size, MOST_LOG);
      const buffer = Buffer.alloc(length);
      const read = readSync(file, buffer, 0, length, stat.size - length);
      const text = buffer.toString('utf8', 0, read);
      return length < stat.size ? text.slice(text.indexOf('\n') + 1) : text;
    } finally {
      closeSync(file);
    }
  } catch {
    return null; // it went away, or is not ours to read
  }
}
