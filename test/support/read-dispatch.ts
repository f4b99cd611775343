import {messageInvalid} from '../../src/lib/protocol/wire/fields.ts';
import type {JsonValue} from '../../src/lib/protocol/wire/json.ts';
import {readDispatchElement, type DispatchJob} from '../../src/lib/protocol/wire/messages.ts';

/** Reads all jobs of the params of `dispatch_job`. @throws AosError MESSAGE_INVALID naming the path, CLOCK_INVALID */
export function readDispatch(params: JsonValue): DispatchJob[] {
  if (!Array.isArray(params)) throw messageInvalid('params', 'an array');
  return params.map((element, index) => readDispatchElement(element, `params[${index}]`));
}
