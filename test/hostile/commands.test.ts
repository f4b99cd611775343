import {describe, it} from 'vitest';
import {openWorld} from '../support/cli.ts';
import {askEveryCommand} from '../support/every-command.ts';

describe('every command, with nobody there', () => {
  it('says with and without --json that nobody is there', async () => {
    await using world = openWorld();
    await askEveryCommand(world, {isAskedPlain: () => true, jsonBy: 'run'});
  });
});
