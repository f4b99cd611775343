import {Config, Help, type Interfaces, Plugin} from '@oclif/core';
import {exitCodesText} from './lib/features/explain/exit-codes.ts';

/** Collects what oclif would print. */
class HelpText extends Help {
  readonly lines: string[] = [];
  protected override log(...args: string[]): void {
    this.lines.push(args.join(' '));
  }
}

/**
 * oclif's help texts by command id with spaces ('' = root), for dist/help.json.
 * @param root directory of package.json
 */
export async function helpTexts(root: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  const ids = (await Config.load(root)).commands
    .filter((command) => !command.hidden)
    .map((command) => command.id);
  const topics = new Set(ids.flatMap((id) => [...id.matchAll(/:/g)].map(({index}) => id.slice(0, index))));
  for (const id of ['', ...ids, ...topics]) {
    // A fresh Config each time: oclif's help rewrites ids in place.
    const help = new HelpText(await Config.load(root));
    await help.showHelp(id === '' ? [] : [id]);
    texts[id.replaceAll(':', ' ')] = help.lines.join('\n');
  }
  texts['exit-codes'] = exitCodesText();
  return texts;
}

/** The text of oclif.manifest.json, made from the built commands. */
export async function manifestText(root: string): Promise<string> {
  const options: Interfaces.PluginOptions = {
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  };
  const plugin = new Plugin(options);
  await plugin.load();
  // Sorted: the order of a directory's files differs between file systems.
  const commands = Object.fromEntries(
    Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return `${JSON.stringify({...plugin.manifest, commands}, null, 2)}\n`;
}
