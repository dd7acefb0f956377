// Compiles as tsc does, and says of each error in calls.ts which exchange it is in.
import ts from "typescript";

const host: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(format(diagnostic));
  },
};
const config = ts.getParsedCommandLineOfConfigFile("tsconfig.json", {}, host);
if (config === undefined) {
  throw new Error("tsconfig.json: expected the options of the compiler");
}
const program = ts.createProgram(config.fileNames, config.options);
const diagnostics = [...config.errors, ...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
for (const diagnostic of diagnostics) {
  console.error(exchangeOf(diagnostic) + format(diagnostic));
}
process.exitCode = diagnostics.length === 0 ? 0 : 1;

// Which exchange it is, as the comment says that write-calls.ts puts above each, and
// the line, which holds one member.
function exchangeOf({ file, start }: ts.Diagnostic): string {
  if (start === undefined || !file?.fileName.endsWith("/build/calls.ts")) {
    return "";
  }
  const mark = "\n// ";
  const exchange = lineAt(file.text, file.text.lastIndexOf(mark, start) + mark.length);
  const from = file.text.lastIndexOf("\n", start) + 1;
  return `${exchange}: ${lineAt(file.text, from).trim()}\n  `;
}

function lineAt(text: string, start: number): string {
  return text.slice(start, text.indexOf("\n", start));
}

function format(diagnostic: ts.Diagnostic): string {
  return ts
    .formatDiagnostic(diagnostic, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: ts.sys.getCurrentDirectory,
      getNewLine: () => "\n",
    })
    .trimEnd();
}
