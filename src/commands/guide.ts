import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {readPlace} from '../lib/features/guide/place.ts';
import {roadOf} from '../lib/features/guide/road.ts';
import {guideText} from '../lib/features/guide/text.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';

export default class Guide extends AosCommand {
  static override summary = 'Show the steps to a running operator, and where you are.';
  static override description = `The same as aos without a command. It reads the configuration, the keys and the journals of this machine, asks no other program, and changes nothing. Exit code 0, whatever it finds.`;
  static override examples = [
    '<%= config.bin %>',
    {description: 'In a script', command: '<%= config.bin %> guide --json | jq -r .result.next'},
  ];
  static override flags = configFlag;

  async run(): Promise<void> {
    const {flags} = await this.parse(Guide);
    const place = readPlace({flag: flags.config, env: process.env, cwd: process.cwd()});
    const road = roadOf(place, systemTime.now());
    this.give({
      schema: 'guide',
      exitCode: EXIT.ok,
      result: road,
      text: guideText(road, this.listStyle()),
      ...(place.state === 'good' ? {network: place.network, nodeId: place.nodeId} : {}),
    });
  }
}
