import type {ListStyle} from '../../src/lib/cli/check-list.ts';
import {renderNext} from '../../src/lib/cli/next-step.ts';
import {palette} from '../../src/lib/cli/palette.ts';

/** How lists of checks are drawn in tests: no colours, Unicode, 100 columns. */
export const listStyle = (over: Partial<ListStyle> = {}): ListStyle => ({
  paint: palette(false),
  ascii: false,
  width: 100,
  next: (step) => renderNext(step),
  ...over,
});
