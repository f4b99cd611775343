/** How an OpenAI-compatible server is asked: with a conversation, or with a text to continue. */
export type EngineApi = 'chat' | 'completions';

/** The model of the stand-in for such a server. */
export const STAND_IN_MODEL = 'aos-tiny';
