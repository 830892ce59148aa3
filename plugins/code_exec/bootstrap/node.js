// Runs the program that waits at descriptor 3 as `node /work/index.js` would, in a
// file of its own: an ES module cannot be run from memory without losing relative
// imports, readable stack traces or `new Worker(__filename)`. As in `node -e` there
// are `require`, `module` and the built-in modules as globals, in ES modules too:
// programs that mix both styles run.
(async (main) => {
  const fs = require('node:fs');
  const os = require('node:os');
  const path = require('node:path');
  const stream = require('node:stream');
  const vm = require('node:vm');
  const Module = require('node:module');

  const readAll = (file) => {
    const pieces = [];
    for (;;) {
      const piece = Buffer.allocUnsafe(1 << 16);
      try {
        const length = fs.readSync(file, piece);
        if (length === 0) return Buffer.concat(pieces);
        pieces.push(piece.subarray(0, length));
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  };

  /// The error that `parse` ends with, if any.
  const errorOf = (parse) => {
    try {
      parse();
    } catch (error) {
      return error;
    }
  };

  const quietly = (run) => {
    const { emitWarning } = process;
    process.emitWarning = () => {};  // that these functions are experimental
    try {
      return run();
    } finally {
      process.emitWarning = emitWarning;
    }
  };

  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const scriptError = (code) => errorOf(() => vm.compileFunction(code, parameters));
  const moduleError = (code) => quietly(() => errorOf(() => new vm.SourceTextModule(code)));

  /// What JavaScript it is: the name of its file, or why it is none. An ES module
  /// is what parses as nothing but that.
  const kindOf = (code) => {
    const error = scriptError(code);
    if (!error) return { name: 'index.js' };
    const asModule = moduleError(code);
    if (!asModule) return { name: 'index.mjs' };
    const isMeantAsModule = /import|export|await/.test(error.message);
    return { name: isMeantAsModule ? 'index.mjs' : 'index.js', error: isMeantAsModule ? asModule : error };
  };

  const transformer = '/cache/node_modules/amaro';
  const strip = (code, mode) =>
    Module.stripTypeScriptTypes ? Module.stripTypeScriptTypes(code, { mode }) : require(transformer).transformSync(code, { mode: mode.replace('strip', 'strip-only') }).code;

  const withoutTypes = (code) => {
    try {
      return strip(code, 'strip');
    } catch (error) {
      if (!/^(ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX|UnsupportedSyntax)$/.test(error.code)) throw error;
      return strip(code, 'transform');  // enum, namespace
    }
  };

  const looksLikeTypes = (code) =>
    /^\s*(export\s+)?(interface|enum|type|namespace|declare|abstract)\s+\w|^\s*import\s+type\b|\w\??\s*:\s*(string|number|boolean|any|void|unknown|never)\b|\bas\s+const\b/m.test(code);

  /// The program as JavaScript and the name of its file.
  const prepared = (code) => {
    const kind = kindOf(code);
    if (!kind.error) return { ...kind, code };
    if (!Module.stripTypeScriptTypes && !fs.existsSync(transformer)) {
      if (!looksLikeTypes(code)) return { ...kind, code };
      fs.writeSync(4, 'needs a TypeScript transformer');
      process.exit(0);
    }
    let why = 'is no TypeScript either';
    try {
      const stripped = quietly(() => withoutTypes(code));
      const typed = kindOf(stripped);
      if (!typed.error) return { ...typed, code: stripped };
    } catch (error) {
      why = `does not parse: ${error.message}`;
    }
    // Node itself says what is wrong with it as JavaScript.
    if (looksLikeTypes(code)) console.error(`This looks like TypeScript, which ${why}`);
    return { ...kind, code };
  };

  /// Whoever is started ahead of its program does here what each first use costs:
  /// half of the time between a program and its output.
  const rehearse = async () => {
    new console.Console(new stream.Writable({ write: (text, encoding, done) => done() })).log('%s', { a: [1] });
    for (const ending of ['js', 'mjs']) {
      const file = path.join(os.tmpdir(), `rehearsal.${ending}`);
      fs.writeFileSync(file, '');
      await import(file);
      fs.unlinkSync(file);
    }
    kindOf('import "fs"');
  };

  // What was installed is found by ES modules only in a folder above the program. In a
  // session an earlier call has left its link, or a program a folder of its own.
  const packages = '/packages/node_modules';
  if (fs.lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync('node_modules');
  if (fs.existsSync(packages) && !fs.existsSync('node_modules')) fs.symlinkSync(packages, 'node_modules');
  // An unfinished write to a pipe would be lost at exit.
  process.stdout._handle?.setBlocking?.(true);
  process.stderr._handle?.setBlocking?.(true);
  if (!fs.fstatSync(3).isFile()) await rehearse();  // else the program is there already
  const source = readAll(3);
  const program = prepared(source.toString().replace(/^\uFEFF/, ''));
  for (const file of [3, 4, 5]) fs.closeSync(file);
  const file = path.resolve(program.name);
  fs.rmSync(file, { force: true });  // what an earlier call of a session has left there may be anything
  fs.writeFileSync(file, program.code);
  process.argv[1] = globalThis.__filename = file;
  globalThis.__dirname = path.dirname(file);
  // Children and workers start as if this were a plain `node index.js`.
  process._eval = undefined;
  process.execArgv = [];
  require.main = main;
  process.nextTick(() => { globalThis.module = main; });  // `node -e` takes it away once it is done
  process.nextTick(Module.runMain, file);  // a call from here would show in its stack traces
})(module);
