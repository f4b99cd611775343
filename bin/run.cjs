#!/usr/bin/env node
'use strict';
// CommonJS on purpose: this file answers --version and --help without loading a module (docs/adr/0003-start-up.md).
process.env.NODE_ENV ??= 'production';
const {readFileSync} = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const args = process.argv.slice(2);

/** The command id a help request is about ('' = the root), or undefined when this is not a plain help request. */
function helpTopic() {
  if (args.length === 0) return undefined; // the first screen, aos guide
  const words = args[0] === 'help' ? args.slice(1) : args;
  const plain = words.filter((word) => word !== '--help');
  if (args[0] !== 'help' && plain.length === words.length) return undefined;
  return plain.every((word) => /^[a-z][a-z-]*$/.test(word)) ? plain.join(' ') : undefined;
}

function answerQuickly() {
  if (args.length === 1 && args[0] === '--version') {
    const {name, version} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
  }
  const topic = helpTopic();
  if (topic === undefined) return undefined;
  try {
    const texts = JSON.parse(readFileSync(path.join(root, 'dist', 'help.json'), 'utf8'));
    return Object.hasOwn(texts, topic) ? texts[topic] : undefined;
  } catch {
    return undefined; // not built with help texts: oclif renders them
  }
}

const answer = answerQuickly();
if (answer === undefined) {
  require('./unknown-user.cjs').settleUnknownUser(process.env);
  import(require('node:url').pathToFileURL(path.join(root, 'dist', 'main.js')).href).then(
    ({main}) => main(root, args),
    (error) => {
      const missing = error && error.code === 'ERR_MODULE_NOT_FOUND';
      process.stderr.write(
        missing ? 'aos is not built yet: npm run build\n' : `${String(error && error.stack)}\n`,
      );
      process.exitCode = 1;
    },
  );
} else {
  process.stdout.on('error', () => {}); // a reader that has gone away (`| head`) is no failure
  process.stdout.write(`${answer}\n`);
}
