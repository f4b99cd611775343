import {Box, Text, Transform, useIsScreenReaderEnabled} from 'ink';
import {memo} from 'react';
import {MARK_CELLS} from './marks.ts';

/** A part of the screen as text with colours. */
export type PaintedBlock = {key: string; lines: readonly string[]};

/**
 * Lines for which ink lays out short marks. The text that ink measures is blank and always the same, because ink never
 * drops a text that it has measured, and our lines change every second for weeks. Ink also splits its layout into cells
 * for each frame, which costs more for whole lines than the rest of the dashboard.
 */
const Rows = memo(
  function Rows({lines, markOf}: {lines: readonly string[]; markOf: (line: string) => string}) {
    const isRead = useIsScreenReaderEnabled();
    const blank = Array.from({length: lines.length}, () => ' '.repeat(MARK_CELLS)).join('\n');
    return (
      <Transform
        {...(isRead ? {accessibilityLabel: lines.join('\n')} : {})}
        transform={(_blank, index) => markOf(lines[index] ?? '')}
      >
        <Text>{blank}</Text>
      </Transform>
    );
  },
  (before, after) =>
    before.lines.length === after.lines.length &&
    before.lines.every((line, index) => line === after.lines[index]),
);

/** Draws the blocks in one column. */
export function App({blocks, markOf}: {blocks: readonly PaintedBlock[]; markOf: (line: string) => string}) {
  return (
    <Box flexDirection="column" width={MARK_CELLS}>
      {blocks.map(({key, lines}) => (
        <Rows key={key} lines={lines} markOf={markOf} />
      ))}
    </Box>
  );
}
