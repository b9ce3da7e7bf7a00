export function temporaryFolder(name: string): Promise<{ path: string; drop(): Promise<void> }>;
export interface Folders {
  data: string;
  extensions: string;
}
export function serverCommand(folders: Folders, args: string[]): Promise<string>;
export interface ServedVscode {
  port: number;
  origin: string;
  workbench(folder: string, payload?: [string, string][]): string;
  remote(file: string): string;
  closed: Promise<unknown>;
  stop(): Promise<void>;
}
export function serveVscode(
  options: Folders & { env?: Record<string, string | undefined>; development?: boolean },
): Promise<ServedVscode>;
export function writeSettings(folder: string, settings: Record<string, unknown>): Promise<void>;
