// Runs one command of the official CLI plugin in this process.
// usage: node heroku_cli.cjs PLUGIN_FOLDER COMMAND [ARGUMENT...]
const path = require('node:path')
const [folder, id, ...args] = process.argv.slice(2)
const root = path.resolve(folder, 'node_modules', '@heroku', 'plugin-ai')
const load = name => require(require.resolve(name, {paths: [root]}))

async function main() {
  const {Config} = load('@oclif/core')
  const config = await Config.load(root)
  const command = require(path.join(root, 'dist', 'commands', ...id.split(':')) + '.js').default
  await command.run(args, config)
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
