#!/usr/bin/env node
'use strict';
// The reference operator's program name (its spelling), so that an existing service file runs aos unchanged.
process.env.NODE_ENV ??= 'production';
const path = require('node:path');
const root = path.dirname(__dirname);
require('./unknown-user.cjs').settleUnknownUser(process.env);

import(require('node:url').pathToFileURL(path.join(root, 'dist', 'main.js')).href).then(
  ({referenceMain}) => referenceMain(root, process.argv.slice(2)),
  (error) => {
    process.stderr.write(`${String(error && error.stack)}\n`);
    process.exitCode = 1;
  },
);
