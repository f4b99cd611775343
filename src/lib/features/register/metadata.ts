import {say} from '../../foundation/next-step/next-step.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {ok, warn, type Precondition} from '../../peers/chain/precondition.ts';
import {checkMetadata} from '../../peers/metadata/check.ts';

/** A metadata URL, and what is wrong with its file by EigenLayer's rules; nothing: it is shown there. */
export type MetadataReport = {url: string; problems: readonly string[]};

/**
 * Reads and judges the file of a metadata URL, in at most 6 s.
 * @param url null: there is none to judge
 * @throws the reason of the signal
 */
export async function readMetadata(
  url: string | null,
  options: {chainId: number; signal: AbortSignal},
): Promise<MetadataReport | null> {
  return url === null ? null : {url, problems: await checkMetadata(url, options)};
}

/** The file as a precondition: it holds up nothing, since the file can be put there later. */
export function metadataCheck(report: MetadataReport | null): Precondition[] {
  if (report === null) return [];
  const [id, needed] = ['metadata', 'a file that EigenLayer’s web application can show'];
  if (report.problems.length === 0) return [ok(id, shownUrl(report.url), needed)];
  return [
    warn(
      id,
      report.problems.join('; '),
      needed,
      say('Correct the file, or the web application does not show this operator. It holds up nothing else.'),
    ),
  ];
}

/** The warning before something is sent; null where there is nothing to warn of. */
export function metadataWarning(report: MetadataReport | null): string | null {
  if (report === null || report.problems.length === 0) return null;
  return `EigenLayer’s web application will not show this operator: ${report.problems.join('; ')}`;
}
