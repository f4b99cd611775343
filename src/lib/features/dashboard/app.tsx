import {Box, Text, Transform, useIsScreenReaderEnabled} from 'ink';
import {memo} from 'react';
import {MARK_CELLS} from './marks.ts';

/** A part of the screen as text with its colours. */
export type PaintedBlock = {key: string; lines: readonly string[]};

/**
 * Lines of which ink lays out marks. The text that it measures is blank and always the same: ink keeps every text it has
 * measured for ever, and ours change every second for weeks. And what it lays out it takes apart cell by cell for each
 * picture, which for whole lines costs more than everything else we do.
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

/** One block below the other. */
export function App({blocks, markOf}: {blocks: readonly PaintedBlock[]; markOf: (line: string) => string}) {
  return (
    <Box flexDirection="column" width={MARK_CELLS}>
      {blocks.map(({key, lines}) => (
        <Rows key={key} lines={lines} markOf={markOf} />
      ))}
    </Box>
  );
}
