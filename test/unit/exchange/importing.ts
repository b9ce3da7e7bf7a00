/** What the tests of imports and exports have in common. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { importFile, type ImportOptions } from '../../../src/exchange/import';
import type { ImportReport } from '../../../src/exchange/model';
import { valuesOf, type Line } from '../rewrite/traces';

export const generator = 'test/1';
let count = 0;

export interface Imported {
  report: ImportReport;
  out: string;
  /** All lines but the header and the note of the import. */
  lines: Line[];
  events: Line[];
}

/** Imports a file into the folder. */
export async function importInto(
  folder: string,
  file: string,
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const out = path.join(folder, `imported-${(count += 1)}.realtime.jsonl`);
  const report = await importFile(file, out, { generator, ...options });
  const lines = (await valuesOf(out)).slice(1);
  return { report, out, lines, events: lines.filter(({ kind }) => kind === 'event') };
}

/** Imports a text as if it were a file of some name that says nothing. */
export async function importText(
  folder: string,
  text: string | Buffer,
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const file = path.join(folder, `given-${(count += 1)}.txt`);
  await writeFile(file, text);
  return importInto(folder, file, options);
}
