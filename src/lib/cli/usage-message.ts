import type {Errors} from '@oclif/core';
import {nearest} from '../foundation/text/nearest.ts';
import {safeText} from '../foundation/text/safe-text.ts';

/** Possible private keys, and the credentials of URLs. */
const SECRETS = [/(?:0x)?[0-9a-f]{32,}/gi, /(?<=:\/\/)[^\s/@]+(?=@)/g];

/** Removes possible keys and passwords of URLs from a text with parts of the command line. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, '[not shown]'), text);
}

/**
 * Rewrites oclif's message about a command line in one line and in our words, without secrets and safe for a terminal.
 * @param flags flags of the command, to suggest one for a mistyped flag
 */
export function usageMessage(error: Errors.CLIError, flags: readonly string[]): string {
  return withoutSecrets(safeText(missingArguments(error) ?? inOurWords(oneLine(error.message), flags), 300));
}

/** Joins the lines of oclif's message, without its first and last line. */
export function oneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines
    .filter(
      (line) => line !== '' && !/^(The following errors? occurred:|See more help with --help)$/.test(line),
    )
    .join(' ')
    .replace(/^Parsing --[\w-]+ +(?=--)/, '');
}

/** Lists the missing arguments with their descriptions; null for another error. */
function missingArguments(error: Errors.CLIError): string | null {
  if (!/^Missing \d+ required arg/.test(error.message) || !('args' in error) || !Array.isArray(error.args))
    return null;
  const args = (error.args as {name: string; description?: string}[]).map(({name, description = ''}) => {
    const what = description.replace(/\.$/, '');
    return `${name.toUpperCase()}${what === '' ? '' : ` (${what})`}`;
  });
  return `missing ${args.length === 1 ? 'argument' : 'arguments'} ${args.join(', ')}`;
}

function inOurWords(message: string, flags: readonly string[]): string {
  const unknown = /^Nonexistent flags?: (.*)$/.exec(message)?.[1];
  if (unknown !== undefined) return unknownFlag(unknown, flags);
  const oneOf = /^Exactly one of the following must be provided: (.*)$/.exec(message)?.[1];
  if (oneOf !== undefined) return `give one of these flags: ${oneOf}`;
  const clash = /^(--[\w-]+)=\S* cannot also be provided when using (--[\w-]+)$/.exec(message);
  if (clash !== null) return `${clash[1]} and ${clash[2]} exclude each other`;
  const number =
    /^Parsing (--[\w-]+) Expected an integer (?:(greater|less) than or equal to (\S+) )?but received: (.*)$/.exec(
      message,
    );
  if (number === null) return message;
  const [, flag = '', side, bound = '', typed = ''] = number;
  const limit = side === undefined ? '' : ` of at ${side === 'greater' ? 'least' : 'most'} ${bound}`;
  return `${flag} takes a whole number${limit}, not ${typed}`;
}

/** Describes an unknown flag. @param typed the unknown flags, with commas */
function unknownFlag(typed: string, flags: readonly string[]): string {
  const name = /^--([\w-]+)$/.exec(typed)?.[1];
  const guess = name === undefined ? null : nearest(name, flags);
  return `there is no flag ${typed}${guess === null ? '' : `; did you mean --${guess}?`}`;
}
