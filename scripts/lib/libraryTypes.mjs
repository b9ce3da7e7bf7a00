// Writes the declarations of the library entry and of what they name, file by file: no program has to be checked for it,
// so that a build stays quick. `typecheck` has looked at the same files.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

const RELATIVE = /(from\s+|import\()(['"])(\.[^'"]*)\2/g;
const options = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  declaration: true,
  isolatedDeclarations: true,
  verbatimModuleSyntax: true,
};

/** Declarations of `entry` (below `root`) as `.d.cts` below `folder`; throws where a type would have to be inferred. */
export async function writeLibraryTypes(root, entry, folder) {
  const files = [entry];
  // The list grows while it is walked.
  for (const file of files) {
    const text = await readFile(path.join(root, file), 'utf8');
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
      fileName: file,
      compilerOptions: options,
    });
    if (diagnostics.length > 0) {
      const told = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
      throw new Error(`${file} cannot be declared for the library: ${told.join('; ')}`);
    }
    const named = outputText.replace(RELATIVE, (_all, before, quote, specifier) => {
      const other = `${path.posix.join(path.posix.dirname(file), specifier)}.ts`;
      if (!files.includes(other)) files.push(other);
      return `${before}${quote}${specifier}.cjs${quote}`;
    });
    const out = path.join(folder, file.replace(/^src\//, '').replace(/\.ts$/, '.d.cts'));
    await mkdir(path.dirname(out), { recursive: true });
    await writeFile(out, named);
  }
  return files;
}
