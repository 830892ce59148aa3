// Postgres with pgvector on a unix socket, in memory, with the statements of standard
// input in it. Says "ready" once it listens, ends with its standard input.
//
// usage: pglite_server.cjs MODULES SOCKET   first line of stdin: the statements as JSON text
const path = require("node:path");
const readline = require("node:readline");

const [modules, socket] = process.argv.slice(2);
const load = (name) => require(path.join(modules, "@electric-sql", name));

async function serve(statements) {
  const { PGlite } = load("pglite");
  const { vector } = load("pglite-pgvector");
  const { PGLiteSocketServer } = load("pglite-socket");
  const db = await PGlite.create({ extensions: { vector } });
  await db.exec(statements);
  await new PGLiteSocketServer({ db, path: socket, maxConnections: 10 }).start();
  process.stdout.write("ready\n");
}

const lines = readline.createInterface({ input: process.stdin });
lines.once("line", (line) =>
  serve(JSON.parse(line)).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  }),
);
lines.once("close", () => process.exit(0));
