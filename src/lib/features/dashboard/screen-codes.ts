/** Terminal modes of the dashboard: alternate screen, no cursor, no line wrap, bracketed paste, focus events. */
export const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1004h\x1b[2J';
/** Undoes these modes in any state, also in the middle of a frame (2026). */
export const LEAVE_SCREEN = '\x1b[0m\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';
