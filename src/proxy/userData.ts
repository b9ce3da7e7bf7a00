/** Where things are kept that belong to a person and not to a project, e.g. the local certificate authority. */
import os from 'node:os';
import path from 'node:path';

/** The user's own folder for such things, as each system has it. */
export function userDataFolder(): string {
  if (process.platform === 'win32')
    return path.join(process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local'), 'realtime-inspector');
  if (process.platform === 'darwin')
    return path.join(os.homedir(), 'Library', 'Application Support', 'realtime-inspector');
  return path.join(process.env.XDG_DATA_HOME ?? path.join(os.homedir(), '.local', 'share'), 'realtime-inspector');
}

/** The folder of the local certificate authority, unless another is named. */
export const certificatesFolder = (): string => path.join(userDataFolder(), 'certificates');
