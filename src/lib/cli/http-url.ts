import {AosError} from '../foundation/errors/error.ts';

/** @throws AosError USAGE */
export function httpUrl(text: string, flag: string): string {
  if (!/^https?:\/\/[^\s/?#@]+\/?$/.test(text)) {
    throw new AosError('USAGE', `--${flag} takes an http(s) address without a path`, {
      next: `Give it as --${flag} http://127.0.0.1:8080`,
    });
  }
  return text;
}
