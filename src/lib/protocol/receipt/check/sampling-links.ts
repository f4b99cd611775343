import type {Vrf} from '../../vrf/ecvrf.ts';
import {sampleNumber, vrfInput, widen} from '../../vrf/sampling.ts';
import {fromHex, toHex} from '../../wire/ethereum.ts';
import type {DispatchJob, VrfFields} from '../../wire/messages.ts';
import {broken, notChecked, notHere, valid, type Link} from '../links.ts';
import type {JobEvidence, KnownRange, Parties} from '../receipt.ts';
import type {ResultFields} from './result-link.ts';

/** Checks that the proof proves the random value, for the prompt of the job where that is here. */
export function checkVrf(
  {vrf, fields, job}: {vrf: VrfFields | null; fields: ResultFields | null; job: DispatchJob | null},
  {verify}: Pick<Vrf, 'verify'>,
): Link {
  if (vrf === null) return notHere('vrf', 'the job is not sampled yet');
  if (fields !== null && !isSameVrf(vrf, fields.vrf))
    return broken('vrf', 'the VRF is not the one that the result says');
  if (job !== null && vrfInput(job.prompt).promptHash !== vrf.vrf_prompt_hash)
    return broken('vrf', 'the VRF is of another prompt');
  const key = bytesOf(vrf.vrf_verify_pubkey, 32);
  const proof = bytesOf(vrf.vrf_proof, 80);
  if (key === null || proof === null) return broken('vrf', 'key or proof of the VRF have another length');
  const beta = verify(key, Buffer.from(vrf.vrf_prompt_hash), proof);
  if (beta === null) return broken('vrf', 'the VRF proof does not verify');
  if (toHex(beta) !== vrf.vrf_random_value) return broken('vrf', 'the VRF proof proves another random value');
  return valid('vrf', job === null ? 'for the hash of a prompt that is not here' : null);
}

function isSameVrf(a: VrfFields, b: VrfFields): boolean {
  return (
    a.selected === b.selected &&
    a.vrf_prompt_hash === b.vrf_prompt_hash &&
    a.vrf_random_value === b.vrf_random_value &&
    a.vrf_verify_pubkey === b.vrf_verify_pubkey &&
    a.vrf_proof === b.vrf_proof
  );
}

/** Bytes of so many; null for another spelling, too. */
function bytesOf(hex: string, length: number): Uint8Array | null {
  return /^[0-9a-f]*$/.test(hex) && hex.length === length * 2 ? fromHex(hex) : null;
}

/** Checks that the random value selects the job by the range that the one who checks knows, or not, as the result says. */
export function checkRange(
  {vrf, range, tag, job}: Pick<JobEvidence, 'vrf' | 'range'> & {tag: string | null; job: DispatchJob | null},
  proven: Link,
  {ranges, precision}: Pick<Parties, 'ranges' | 'precision'>,
): Link {
  if (vrf === null) return notHere('range', 'the job is not sampled yet');
  if (range === null) return notHere('range', 'the range that the job was sampled with is not kept');
  if (ranges.length === 0) return notChecked('range', 'no range is given to compare with');
  const known = ranges.find((one) => isSameRange(one, range));
  if (known === undefined)
    return broken(
      'range',
      `the job was sampled with ${textOf(range)}, and ${ranges.length === 1 ? 'the range that is given is' : 'the ranges that are given are'} ${ranges.map(textOf).join(' and ')}`,
    );
  if (precision !== range.precision)
    return broken('range', `the job was sampled with ${range.precision} digits, not with ${precision}`);
  if (proven.verdict !== 'valid') return notChecked('range', 'its random value is not proven');
  if (tag === null || (tag === 'malicious' && job === null))
    return notChecked('range', 'tag or position of the job are not here');
  const widened = widen({...known, block: null}, tag, job?.key.position ?? '');
  const threshold = widened === null ? 0 : widened.end - widened.start;
  const isSelected = sampleNumber(vrf.vrf_random_value, precision, known.max) < threshold;
  if (isSelected === vrf.selected)
    return valid(
      'range',
      ranges.length === 1 ? null : `by ${textOf(known)}, one of the ranges that are given`,
    );
  return broken(
    'range',
    vrf.selected
      ? `by ${precision} digits of it the random value does not select the job, and the result says that it does`
      : `by ${precision} digits of it the random value selects the job, and the result says that it does not`,
  );
}

/** Whether two ranges have the same bounds, of the same number. */
export function isSameRange(a: KnownRange, b: KnownRange): boolean {
  return a.start === b.start && a.end === b.end && a.max === b.max;
}

/** A range as it is typed. */
export function textOf({start, end, max}: KnownRange): string {
  return `${start},${end}/${max}`;
}
