/**
 * Reads command lines as a shell does, as far as documents use it: quotes, continued lines, comments, pipes and lists, `$(…)`,
 * process substitution and redirections. Pure.
 */

/** What stands for the output of a command in a word. */
const OUTPUT = '$OUTPUT';

/**
 * Each simple command of a text as its words, those inside `$(…)` too.
 * @param {string} text
 * @returns {string[][]}
 */
export function simpleCommands(text) {
  const reader = {text, at: 0, commands: [], words: [], word: null, isTarget: false};
  while (reader.at < text.length) step(reader);
  endCommand(reader);
  return reader.commands;
}

function step(reader) {
  const {text, at, word} = reader;
  const sign = text[at];
  const rest = text.slice(at);
  const placeholder = /^<[\w. -]+>/.exec(rest)?.[0];
  if (sign === '\\') {
    if (text[at + 1] !== '\n') add(reader, text[at + 1] ?? '');
    reader.at += 2;
  } else if (sign === "'" || sign === '"') quoted(reader, sign);
  else if (/^(\$|<|>)\(/.test(rest)) inner(reader, closing(text, at + 1), at + 2);
  else if (sign === '`') inner(reader, text.indexOf('`', at + 1), at + 1);
  else if (sign === '#' && word === null) reader.at = lineEnd(text, at);
  else if (placeholder !== undefined) take(reader, placeholder);
  else if (sign === '<' || sign === '>') redirection(reader, /^[<>]+&?/.exec(rest)[0]);
  else if (/[\n|&;()]/.test(sign)) {
    endCommand(reader);
    reader.at += 1;
  } else if (/\s/.test(sign)) {
    endWord(reader);
    reader.at += 1;
  } else take(reader, sign);
}

function add(reader, text) {
  reader.word = (reader.word ?? '') + text;
}

function take(reader, text) {
  add(reader, text);
  reader.at += text.length;
}

/** A quote without its end is an apostrophe. */
function quoted(reader, quote) {
  const {text, at} = reader;
  let end = at + 1;
  while (end < text.length && text[end] !== quote) end += quote === '"' && text[end] === '\\' ? 2 : 1;
  if (end >= text.length) {
    take(reader, quote);
    return;
  }
  const content = text.slice(at + 1, end);
  add(reader, content);
  if (quote === '"')
    for (const {index} of content.matchAll(/\$\(/g))
      reader.commands.push(...simpleCommands(content.slice(index + 2, closing(content, index + 1))));
  reader.at = end + 1;
}

/** A command whose output is a part of a word, or is read as a file. */
function inner(reader, end, start) {
  const {text} = reader;
  const last = end < 0 ? text.length : end;
  reader.commands.push(...simpleCommands(text.slice(start, last)));
  add(reader, OUTPUT);
  reader.at = last + 1;
}

/** Where the parenthesis at `open` ends. */
function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** The number before it and the word after it are no arguments. */
function redirection(reader, signs) {
  if (/^\d*$/.test(reader.word ?? '')) reader.word = null;
  endWord(reader);
  reader.isTarget = true;
  reader.at += signs.length;
}

function lineEnd(text, at) {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function endWord(reader) {
  if (reader.word === null) return;
  if (!reader.isTarget) reader.words.push(reader.word);
  reader.isTarget = false;
  reader.word = null;
}

function endCommand(reader) {
  endWord(reader);
  reader.isTarget = false;
  if (reader.words.length > 0) reader.commands.push(reader.words);
  reader.words = [];
}
