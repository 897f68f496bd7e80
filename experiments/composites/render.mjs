// Draws SVG documents with resvg. Its arguments are a folder with resvg's WebAssembly and the
// width of the pictures. Each line of standard input is {"name": …, "svg": …}; each
// line of standard output is {"name": …, "png": base64} or {"name": …, "error": …}.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

process.on('uncaughtException', (e) => {
  console.error(e.message)
  process.exit(1)
})
const [folder, width] = process.argv.slice(1)
const wasm = readFileSync(join(folder, 'index_bg.wasm'))
let instances = 0

// A drawing on which resvg fails leaves its memory as it was in the middle of it: it
// starts anew.
async function start() {
  const { Resvg, initWasm } = await import(pathToFileURL(join(folder, 'index.mjs')) + '?' + instances++)
  await initWasm(wasm)
  return Resvg
}

let Resvg = await start()

for await (const line of createInterface({ input: process.stdin })) {
  const { name, svg } = JSON.parse(line)
  const reply = { name }
  try {
    const drawing = new Resvg(svg, { fitTo: { mode: 'width', value: Number(width) }, font: { loadSystemFonts: false } })
    const image = drawing.render()
    reply.png = Buffer.from(image.asPng()).toString('base64')
    image.free()
    drawing.free()
  } catch (e) {
    reply.error = String(e)
    Resvg = await start()
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}
