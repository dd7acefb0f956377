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

// write-calls.ts names each exchange in a comment of its own above it.
function exchangeOf({ file, start }: ts.Diagnostic): string {
  if (!file?.fileName.endsWith("/build/calls.ts")) {
    return "";
  }
  const comment = file.text.lastIndexOf("\n// ", start);
  const end = file.text.indexOf("\n", comment + 1);
  return file.text.slice(comment, end).replace("\n// ", "") + ": ";
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
