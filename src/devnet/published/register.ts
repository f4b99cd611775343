import {objectAt, optionalText} from '../../lib/protocol/wire/fields.ts';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import {jsonAnswer, type Handled} from './axum.ts';
import type {PublishedHub} from './hub.ts';
import {addOperator, tableTime, type OperatorRow} from './store.ts';

export type Slot = {readonly start: bigint; readonly end: bigint};

/**
 * Sets the range of an operator on the chain, as the owner of the range contract, and resolves when the transaction is
 * seen in a block. When the signal aborts, a transaction that was sent stays sent.
 * @throws AosError DEVNET_FAILED for a text that is no address, or a chain that fails
 */
export type AssignRange = (operator: string, slot: Slot, signal: AbortSignal) => Promise<void>;

/** Which range a newcomer gets, and how it comes to the chain. */
export type RangeOffice = {readonly slot: () => Slot; readonly assign: AssignRange};

const SLOTS = 10;
const SLOT_WIDTH = 600n;
const DUPLICATE = 'duplicate key value violates unique constraint "operator_pkey"';

/** One of the ten slots that the published dispatcher gives, each 0.1 % of all jobs; two operators may get the same. */
export function publishedSlot(random: () => number): Slot {
  const start = BigInt(Math.floor(random() * SLOTS)) * SLOT_WIDTH;
  return {start, end: start + SLOT_WIDTH};
}

/**
 * Registers whatever it is given: nothing is checked. First the range goes to the chain, then the row is written; so an
 * id that is there already, compared as text, gets another range and an error, and a client that hangs up while the
 * transaction waits for its block gets a range and no row.
 */
export async function registerOperator(
  hub: PublishedHub,
  ranges: RangeOffice,
  body: JsonObject,
  signal: AbortSignal,
): Promise<Handled> {
  const id = optionalText(objectAt(body.get('params'), 'body.params'), 'body.params', 'operator');
  const slot = ranges.slot();
  try {
    await ranges.assign(id, slot, signal);
  } catch {
    signal.throwIfAborted();
    return 'panic'; // whatever failed on the chain ends the handler
  }
  const row: OperatorRow = {
    id,
    name: `Operator ${optionalText(body, 'body', 'address')}`,
    address: id,
    start: slot.start.toString(),
    end: slot.end.toString(),
    createdAt: hub.time.now(),
  };
  const isNew = addOperator(hub.store, row);
  return jsonAnswer(
    isNew
      ? `{"code":200,"result":${operatorJson(row)}}`
      : `{"code":500,"message":${JSON.stringify(DUPLICATE)},"result":null}`,
  );
}

/** An operator's row, raw JSON. */
export function operatorJson({id, name, address, start, end, createdAt}: OperatorRow): string {
  const created_at = tableTime(createdAt);
  return JSON.stringify({id, name, address, start, end, operator_type: '', status: '', created_at});
}
