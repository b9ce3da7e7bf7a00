/** Where people have a new file written: a name that is free is proposed, and one that is taken is written over only when they said so. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { LOCK_SUFFIX, isLocked } from '../trace/lock';
import { TRACE_EXTENSION } from '../trace/records';
import { askWhereToWrite } from './diskFiles';
import { freeName, traceName } from './freeName';
import { plain } from './plainText';

/** A file to be written. */
export interface Place {
  file: string;
  /** There is such a file, and the user said that it may go. */
  over: boolean;
}

/** What is asked for. */
export interface Wanted {
  title: string;
  /** Folder and name that is proposed, without its ending: a number is put to it where it is taken. */
  stem: string;
  ending: string;
  filters?: Record<string, string[]>;
  /** Whether it is a trace: only a file of a certain name opens in the inspector. */
  isTrace?: boolean;
  /** The files it is made of, which are never written over. */
  sources: readonly string[];
}

/**
 * Asks where to write; undefined when the user thought better of it. Rejects, for people, when the place is on no disk of this machine, or
 * is one of the sources or a trace that is being written.
 */
export async function askForPlace(wanted: Wanted): Promise<Place | undefined> {
  const { title, stem, ending, filters, isTrace = false, sources } = wanted;
  const picked = await askWhereToWrite({
    title,
    defaultUri: vscode.Uri.file(freeName(path.dirname(stem), path.basename(stem), ending)),
    ...(filters ? { filters } : {}),
  });
  if (picked === undefined) return undefined;
  const file = isTrace ? traceName(picked) : picked;
  if (!existsSync(file)) return { file, over: false };
  const name = path.basename(file);
  if (sources.some((source) => isSame(source, file)))
    throw new Error(`${name} is what the new file is made of, and is not written over. Choose another name.`);
  if (await isLocked(file + LOCK_SUFFIX))
    throw new Error(`${name} is still being written, and is not written over. Choose another name.`);
  if (!isTrace && file.endsWith(TRACE_EXTENSION))
    throw new Error(`${name} is a trace, and only another trace is written over it. Choose another name.`);
  // The dialog has asked about the name it was given only.
  if (file !== picked && !(await mayGo(name))) return undefined;
  return { file, over: true };
}

async function mayGo(name: string): Promise<boolean> {
  const yes = 'Write Over It';
  const question = plain(`${name} is there already. Shall it be written over?`);
  return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
}

/** Also by another name. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
