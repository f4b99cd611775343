import path from 'node:path';
import {pathToFileURL} from 'node:url';

/**
 * oclif's own help texts, rendered once at build time: key = command id with spaces ('' = root), value = text.
 * Rendered for 80 columns and without colour; a test compares them with what oclif prints at run time.
 */
export async function renderHelp(root) {
  process.env['NO_COLOR'] = '1';
  process.env['FORCE_COLOR'] = '0';
  process.env['COLUMNS'] = '80';
  const {helpTexts} = await import(pathToFileURL(path.join(root, 'dist/build-info.js')).href);
  return helpTexts(root);
}
