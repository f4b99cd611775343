import {clockToWire} from '../../lib/protocol/clock/vlc.ts';
import {messageInvalid, objectAt, optionalText, requiredText} from '../../lib/protocol/wire/fields.ts';
import {isAddress} from '../../lib/protocol/wire/ethereum.ts';
import {writeJson, type JsonValue} from '../../lib/protocol/wire/json.ts';
import type {VrfFields} from '../../lib/protocol/wire/messages.ts';
import type {OperatorResult, Work} from './book.ts';
import {clockFromWire} from '../../lib/protocol/wire/clock-field.ts';

/** The params of `dispatch_job`, raw JSON, in the field order of docs/protocol.md#dispatched-job. */
export function dispatchParams(work: Work): string {
  const text = JSON.stringify;
  return (
    `[{"user":${text(work.user)},"seed":"","tag":${text(work.key.tag)},"position":${text(work.key.position)}` +
    `,"signature":"","clock":${text(clockToWire(work.clock))},"job_id":${text(work.key.jobId)},"job":${work.job}}]`
  );
}

/**
 * Reads the params of `connect`: who the operator is and which kinds of worker it has.
 * @throws AosError MESSAGE_INVALID
 */
export function readConnect(params: JsonValue): {operator: string; workers: string[]} {
  const element = firstOf(params);
  const operator = requiredText(element, 'params[0]', 'operator');
  if (!isAddress(operator)) throw messageInvalid('params[0].operator', 'an Ethereum address');
  const workers = element.get('workers') ?? [];
  if (!Array.isArray(workers)) throw messageInvalid('params[0].workers', 'an array');
  return {
    operator,
    workers: workers.map((worker, index) => {
      if (typeof worker !== 'string') throw messageInvalid(`params[0].workers[${index}]`, 'a string');
      return worker;
    }),
  };
}

/**
 * Reads the params of `job_result`; like the public dispatcher only the first element.
 * @throws AosError MESSAGE_INVALID | CLOCK_INVALID
 */
export function readResult(params: JsonValue): OperatorResult {
  const element = firstOf(params);
  const path = 'params[0]';
  return {
    jobId: requiredText(element, path, 'job_id'),
    tag: optionalText(element, path, 'tag'),
    result: optionalText(element, path, 'result'),
    reason: optionalText(element, path, 'reason'),
    vrf: readVrf(element.get('vrf')),
    clock: clockFromWire(element.get('clock') ?? new Map<string, JsonValue>()),
    content: writeJson(element),
  };
}

function readVrf(value: JsonValue | undefined): VrfFields {
  const path = 'params[0].vrf';
  const vrf = objectAt(value, path);
  const selected = vrf.get('selected');
  if (typeof selected !== 'boolean') throw messageInvalid(`${path}.selected`, 'true or false');
  return {
    selected,
    vrf_prompt_hash: requiredText(vrf, path, 'vrf_prompt_hash'),
    vrf_random_value: requiredText(vrf, path, 'vrf_random_value'),
    vrf_verify_pubkey: requiredText(vrf, path, 'vrf_verify_pubkey'),
    vrf_proof: requiredText(vrf, path, 'vrf_proof'),
  };
}

function firstOf(params: JsonValue): ReadonlyMap<string, JsonValue> {
  if (!Array.isArray(params)) throw messageInvalid('params', 'an array with one element');
  return objectAt(params[0], 'params[0]');
}
