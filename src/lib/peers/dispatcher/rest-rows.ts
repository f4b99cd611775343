import {messageInvalid, objectAt, requiredText} from '../../protocol/wire/fields.ts';
import {
  isJsonNumber,
  isJsonObject,
  writeJson,
  type JsonObject,
  type JsonValue,
} from '../../protocol/wire/json.ts';

/** One operator's kept result of a job, as `/api/job/result` has it; a published version leaves out what it does not keep. */
export type JobResultRow = {
  /** '' in a row of the published operator, which names no id. */
  operator: string;
  result: string;
  /** '' in a row of a published dispatcher, which keeps none. */
  reason: string;
  /** Null in a row without a VRF: the published HEAD keeps none. */
  selected: boolean | null;
};

/** The dispatcher's row of an operator; `range` is null until it is known. The chain decides, whatever the row says. */
export type DispatcherOperator = {
  /** As the dispatcher compares it: as text, so the letter case counts. */
  id: string;
  address: string;
  range: {start: bigint; end: bigint} | null;
  status: string;
};

/** Reads the rows of `/api/job/result`. @throws AosError MESSAGE_INVALID */
export function readResultRows(rows: JsonValue): JobResultRow[] {
  if (!Array.isArray(rows)) throw messageInvalid('result', 'an array');
  return rows.map((row, index) => readResultRow(objectAt(row, `result[${index}]`)));
}

function readResultRow(row: JsonObject): JobResultRow {
  const vrf = row.get('vrf');
  return {
    operator: textOf(row, 'operator'),
    result: contentOf(row.get('result')),
    reason: textOf(row, 'reason'),
    selected: isJsonObject(vrf) && vrf.has('selected') ? vrf.get('selected') === true : null,
  };
}

/** The dispatcher keeps any JSON as a result; what is no text is shown as its JSON. */
function contentOf(result: JsonValue | undefined): string {
  if (typeof result === 'string') return result;
  return result === undefined || result === null ? '' : writeJson(result);
}

/** Reads the row of `/api/operator/info`. @throws AosError MESSAGE_INVALID */
export function readOperatorRow(value: JsonValue): DispatcherOperator {
  const row = objectAt(value, 'result');
  const address = requiredText(row, 'result', 'address');
  const id = textOf(row, 'id');
  const [start, end] = [rangeEnd(row.get('start')), rangeEnd(row.get('end'))];
  return {
    id: id === '' ? address : id,
    address,
    range: start === null || end === null ? null : {start, end},
    status: textOf(row, 'status'),
  };
}

/** Reads a decimal number, as text or number; null for anything else. */
function rangeEnd(value: JsonValue | undefined): bigint | null {
  const text = typeof value === 'string' ? value : isJsonNumber(value) ? value.text : '';
  return /^\d{1,78}$/.test(text) ? BigInt(text) : null;
}

function textOf(row: JsonObject, name: string): string {
  const found = row.get(name);
  return typeof found === 'string' ? found : '';
}
