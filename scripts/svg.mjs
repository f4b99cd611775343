/** What a terminal shows as an SVG: a grid of characters in their colours, the same bytes for the same screen. */

const CELL = {width: 8.4, height: 18};
const PAD = 14;
const BAR = 30;
const COLORS = {background: '#16181d', bar: '#22252c', text: '#d7dae0', faint: '#8b909a'};
/** The sixteen colours of a usual dark theme. */
const PALETTE = [
  '#2e3436',
  '#ef5350',
  '#7cb342',
  '#e0a030',
  '#5c9ded',
  '#b583d8',
  '#4db6ac',
  '#d7dae0',
  '#6b7280',
  '#ff7a70',
  '#9ccc65',
  '#ffca55',
  '#82b7ff',
  '#d0a5f0',
  '#80cbc4',
  '#ffffff',
];

/**
 * @param {import('@xterm/headless').Terminal} terminal
 * @param {{title: string, description: string, lines?: {from: number, count: number}, masks?: [RegExp, string][]}} options which
 *   lines of the buffer [those on the screen]; text that differs in each run, and a placeholder of the same length
 */
export function svgOf(terminal, {title, description, lines, masks = []}) {
  const {active} = terminal.buffer;
  const from = lines?.from ?? active.baseY;
  const count = lines?.count ?? terminal.rows;
  const width = Math.round(terminal.cols * CELL.width + 2 * PAD);
  const height = Math.round(BAR + count * CELL.height + 2 * PAD);
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(description)}">`,
    `<title>${escape(description)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${COLORS.background}"/>`,
    `<path d="M0 8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR - 8}H0z" fill="${COLORS.bar}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${COLORS.text}">`,
    `<text x="${PAD}" y="20" fill="${COLORS.faint}">${escape(title)}</text>`,
  ];
  for (let row = 0; row < count; row += 1)
    for (const run of runsOf(active.getLine(from + row), terminal.cols))
      out.push(...drawn(masked(run, masks), row));
  return `${out.join('\n')}\n</g>\n</svg>\n`;
}

/** Neighbours of the same look; blanks at the end of a run are left out unless they have a background. */
function runsOf(line, columns) {
  const runs = [];
  for (let column = 0; line !== undefined && column < columns; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const look = lookOf(cell);
    const key = JSON.stringify(look);
    const last = runs.at(-1);
    const text = cell.getChars() || ' ';
    if (last?.key === key && last.column + last.cells === column) {
      last.text += text;
      last.cells += cell.getWidth();
    } else runs.push({key, look, column, text, cells: cell.getWidth()});
  }
  return runs;
}

function masked(run, masks) {
  return {...run, text: masks.reduce((text, [pattern, fixed]) => text.replace(pattern, fixed), run.text)};
}

function lookOf(cell) {
  const inverse = cell.isInverse() !== 0;
  const fg = cell.isFgDefault() ? null : colorOf(cell.getFgColor(), cell.isFgRGB());
  const bg = cell.isBgDefault() ? null : colorOf(cell.getBgColor(), cell.isBgRGB());
  return {
    fill: inverse ? (bg ?? COLORS.background) : fg,
    background: inverse ? (fg ?? COLORS.text) : bg,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    underline: cell.isUnderline() !== 0,
  };
}

function colorOf(value, isRgb) {
  const hex = (number) => number.toString(16).padStart(2, '0');
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return PALETTE[value];
  if (value >= 232) return `#${hex(8 + (value - 232) * 10).repeat(3)}`;
  const level = (index) => (index === 0 ? 0 : 55 + 40 * index);
  const cube = value - 16;
  return `#${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((part) => hex(level(part))).join('')}`;
}

function drawn({look, column, text, cells}, row) {
  const x = PAD + column * CELL.width;
  const top = BAR + PAD + row * CELL.height;
  const out = [];
  if (look.background !== null)
    out.push(
      `<rect x="${short(x)}" y="${short(top)}" width="${short(cells * CELL.width)}" height="${CELL.height}" fill="${look.background}"/>`,
    );
  // A run is drawn from its first sign to its last; a fixed length keeps the grid whatever font there is.
  const shown = text.trim();
  if (shown === '') return out;
  const before = text.length - text.trimStart().length;
  const length = (cells - before - (text.length - text.trimEnd().length)) * CELL.width;
  const attributes = [
    `x="${short(x + before * CELL.width)}"`,
    `y="${short(top + 13)}"`,
    `textLength="${short(length)}"`,
    'lengthAdjust="spacingAndGlyphs"',
    'xml:space="preserve"',
    ...(look.fill === null ? [] : [`fill="${look.fill}"`]),
    ...(look.bold ? ['font-weight="bold"'] : []),
    ...(look.dim ? ['opacity="0.6"'] : []),
    ...(look.underline ? ['text-decoration="underline"'] : []),
  ];
  out.push(`<text ${attributes.join(' ')}>${escape(shown)}</text>`);
  return out;
}

const short = (number) => String(Math.round(number * 100) / 100);

function escape(text) {
  return text.replace(
    /[&<>"]/g,
    (char) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[char] ?? char,
  );
}
