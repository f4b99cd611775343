import {hangingRows, markOf, type ListStyle} from '../../cli/check-list.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {VerifiedProof, VerifyProofReport} from './proof.ts';

const MOST_OUTPUTS = 16;
const STATES = {true: 'ok', false: 'fail', not_checked: 'unknown'} as const;
const WORDS = {true: 'true', false: 'false', not_checked: 'not checked'} as const;

/** The report for people: each file with its verdict and what it states, and what no proof of the model says. */
export function verifyProofText({proofs, model, notBound}: VerifyProofReport, style: ListStyle): string {
  const rows = proofs.map((proof) => ({
    sign: markOf(STATES[proof.verdict], style),
    name: WORDS[proof.verdict],
    texts: [safeText(proof.file), ...aboutProof(proof)],
  }));
  const engine =
    model.engineVersion === null
      ? 'Groth16 of snarkjs'
      : `ezkl ${model.ezklVersion ?? ''}, checked by engine ${model.engineVersion}`;
  const isTrue = proofs.some(({verdict}) => verdict === 'true');
  const unbound = isTrue
    ? ['', 'A true proof says nothing about:', ...notBound.map((one) => `  ${one}`)]
    : [];
  return [
    ...hangingRows(rows, style),
    '',
    engine,
    `  key       ${model.vkSha256}`,
    ...(model.settingsSha256 === null ? [] : [`  settings  ${model.settingsSha256}`]),
    ...(model.srsSha256 === null ? [] : [`  SRS       ${model.srsSha256}`]),
    ...unbound,
  ].join('\n');
}

function aboutProof({verdict, code, message, outputs}: VerifiedProof): string[] {
  if (verdict === 'not_checked') return [`${message ?? ''} (${code ?? ''})`];
  if (verdict === 'false' || outputs === null) return [];
  const shown = outputs.slice(0, MOST_OUTPUTS).join(', ');
  const more = outputs.length > MOST_OUTPUTS ? `, and ${outputs.length - MOST_OUTPUTS} more` : '';
  return [`states: ${shown}${more}`];
}
