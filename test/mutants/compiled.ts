import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Mutant, plant } from './mutant.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * What the compiler has against bugs once they are planted, a sentence each. One that cannot run would be caught by
 * any test, for nothing that it does.
 */
export function compilerProblems(mutants: readonly Mutant[]): readonly string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, 'tsconfig.json'),
    // What a bug no longer uses or reaches is part of it.
    { noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new TypeError(sentence(messageText));
      },
    },
  );
  if (config === undefined) throw new RangeError('There is no tsconfig.json');
  let planted = { file: '', source: '', version: 0 };
  const read = (file: string): string | undefined =>
    file === planted.file ? planted.source : ts.sys.readFile(file);
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getScriptFileNames: () => config.fileNames,
    getScriptVersion: (file) => (file === planted.file ? String(planted.version) : ''),
    getScriptSnapshot(file) {
      const text = read(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    getCompilationSettings: () => config.options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return mutants.flatMap((mutant) => {
    const file = join(ROOT, mutant.file);
    planted = { file, source: plant(mutant, readFileSync(file, 'utf8')), version: planted.version + 1 };
    const found = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => `“${mutant.name}” does not compile: ${sentence(messageText)}`);
  });
}

const sentence = (message: string | ts.DiagnosticMessageChain): string =>
  ts.flattenDiagnosticMessageText(message, ' ');
