import {shownUrl} from '../../foundation/text/shown-url.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import {readPublicFile} from './public-file.ts';
import {judgeMetadata, logoProblem, urlProblem, type MetadataPlace} from './rules.ts';

type MetadataCheckOptions = {
  /** Decides whether the rules of mainnet apply, and whether private addresses are read. */
  chainId: number;
  signal: AbortSignal;
  /** Limit for each of the two files, ms [3 s]. */
  timeoutMs?: number;
};

const MAINNET = 1;

/**
 * Reads the metadata of an operator and its logo as EigenLayer's web application does, and judges both by its rules.
 * @returns what is wrong, one sentence each, without a secret of the URL; empty: it is shown
 * @throws the reason of the signal; a file that cannot be read is an answer
 */
export async function checkMetadata(url: string, options: MetadataCheckOptions): Promise<string[]> {
  const {chainId, signal, timeoutMs} = options;
  const place: MetadataPlace = {isMainnet: chainId === MAINNET, isDevelopment: isDevelopmentChain(chainId)};
  const reading = {
    allowPrivate: place.isDevelopment,
    signal,
    ...(timeoutMs === undefined ? {} : {timeoutMs}),
  };
  const shown = shownUrl(url);
  const fault = urlProblem(url, place);
  if (fault !== null) return [`${shown} ${fault}`];
  const file = await readPublicFile(new URL(url), reading);
  if (file.state === 'unread') return [`${shown} ${file.why}`];
  const {problems, logo} = judgeMetadata(file.bytes, place);
  if (logo === null) return [...problems];
  const image = await readPublicFile(new URL(logo), reading);
  const imageFault = image.state === 'unread' ? image.why : logoProblem(image.bytes);
  return imageFault === null ? [...problems] : [...problems, `logo ${imageFault}`];
}
