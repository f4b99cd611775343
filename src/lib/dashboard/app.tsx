import {Box, Text, Transform, useIsScreenReaderEnabled} from 'ink';
import {memo} from 'react';

/** A part of the screen as text with its colours. */
export type PaintedBlock = {key: string; lines: readonly string[]};

/**
 * Lines of a known size. The text that ink measures is blank and always the same: ink keeps every text it has measured
 * for ever, and ours change every second for weeks. The real lines are put in afterwards.
 */
const Rows = memo(
  function Rows({lines, width}: {lines: readonly string[]; width: number}) {
    const isRead = useIsScreenReaderEnabled();
    const blank = Array.from({length: lines.length}, () => ' '.repeat(width)).join('\n');
    return (
      <Transform
        {...(isRead ? {accessibilityLabel: lines.join('\n')} : {})}
        transform={(_blank, index) => lines[index] ?? ''}
      >
        <Text>{blank}</Text>
      </Transform>
    );
  },
  (before, after) =>
    before.width === after.width &&
    before.lines.length === after.lines.length &&
    before.lines.every((line, index) => line === after.lines[index]),
);

/** One block below the other. */
export function App({blocks, width}: {blocks: readonly PaintedBlock[]; width: number}) {
  return (
    <Box flexDirection="column" width={width}>
      {blocks.map(({key, lines}) => (
        <Rows key={key} lines={lines} width={width} />
      ))}
    </Box>
  );
}
