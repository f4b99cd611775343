/** The p-th percentile (0 … 1) of some numbers, nearest rank; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** One line of the table. A line without a target is there to explain another. */
export type Row = {
  part: string;
  what: string;
  figure: number;
  unit: string;
  target?: {atMost: number} | {atLeast: number};
  note?: string;
};

export type Verdict = 'met' | 'missed' | '';

export function verdictOf({figure, target}: Row): Verdict {
  if (target === undefined) return '';
  const met = 'atMost' in target ? figure <= target.atMost : figure >= target.atLeast;
  return met ? 'met' : 'missed';
}

export function targetText({target}: Row): string {
  if (target === undefined) return '';
  return 'atMost' in target ? `≤ ${shown(target.atMost)}` : `≥ ${shown(target.atLeast)}`;
}

/** Three significant digits, or whole numbers from 100 up. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** The rows as a table of fixed columns, one block a part. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['', 'figure', 'target', '', ''];
  const cells = rows.map((row) => [
    row.what,
    `${shown(row.figure)} ${row.unit}`.trim(),
    targetText(row),
    verdictOf(row),
    row.note ?? '',
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((line) => (line[column] ?? '').length)),
  );
  const line = (columns: readonly string[]): string =>
    columns
      .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - text.length))
      .join('  ')
      .trimEnd();
  const out = [line(head)];
  rows.forEach((row, index) => {
    if (row.part !== rows[index - 1]?.part) out.push('', row.part);
    out.push(line(cells[index] ?? []));
  });
  return out.join('\n');
}
