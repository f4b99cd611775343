import type {RunProgram} from '../life/unit.ts';

/** A user of this machine. */
export type Account = {name: string; uid: number; gid: number; home: string};

/** Looks a user up in every user database of the machine (`getent passwd`); null: there is no such user. */
export async function accountOf(name: string, run: RunProgram): Promise<Account | null> {
  let text = '';
  try {
    text = await run('getent', ['passwd', '--', name]);
  } catch {
    return null; // getent ends with 2 for a name that it does not know
  }
  const [found = '', , uid = '', gid = '', , home = ''] = text.trim().split(':');
  if (found === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid) || !home.startsWith('/')) return null;
  return {name: found, uid: Number(uid), gid: Number(gid), home};
}
