/**
 * Classes of durations, so that many of them take little room: 10 ms wide below a second, then 90 classes for each power of
 * ten. SQLite has no logarithm in every build, so the journal counts by the same whole numbers.
 */
const FIRST_WIDTH_MS = 10;
const FIRST_CLASSES = 100;
const CLASSES_A_POWER = 90;
/** Powers of ten above a second; what is longer is in the last class. */
const POWERS = 6;

/** The class of a duration in whole ms. */
export function classOf(ms: number): number {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < FIRST_WIDTH_MS * FIRST_CLASSES) return Math.floor(whole / FIRST_WIDTH_MS);
  for (let power = 0; power < POWERS; power++) {
    const width = FIRST_WIDTH_MS * 10 ** (power + 1);
    if (whole < 100 * width)
      return FIRST_CLASSES + power * CLASSES_A_POWER + Math.floor(whole / width) - FIRST_WIDTH_MS;
  }
  return FIRST_CLASSES + POWERS * CLASSES_A_POWER;
}

/** The middle of a class, in ms. */
export function middleOf(klass: number): number {
  if (klass < FIRST_CLASSES) return klass * FIRST_WIDTH_MS + FIRST_WIDTH_MS / 2;
  const power = Math.min(POWERS, Math.floor((klass - FIRST_CLASSES) / CLASSES_A_POWER));
  const width = FIRST_WIDTH_MS * 10 ** (power + 1);
  const place = klass - FIRST_CLASSES - power * CLASSES_A_POWER + FIRST_WIDTH_MS;
  return place * width + width / 2;
}

/** {@link classOf} as an expression of SQL over whole ms. @param ms an expression, no text from outside */
export function classSql(ms: string): string {
  const powers = Array.from({length: POWERS}, (_, power) => {
    const width = FIRST_WIDTH_MS * 10 ** (power + 1);
    const first = FIRST_CLASSES + power * CLASSES_A_POWER - FIRST_WIDTH_MS;
    return `WHEN ${ms} < ${100 * width} THEN ${first} + (${ms}) / ${width}`;
  });
  return `CASE WHEN ${ms} < 0 THEN 0 WHEN ${ms} < ${FIRST_WIDTH_MS * FIRST_CLASSES} THEN (${ms}) / ${FIRST_WIDTH_MS} ${powers.join(' ')} ELSE ${FIRST_CLASSES + POWERS * CLASSES_A_POWER} END`;
}
