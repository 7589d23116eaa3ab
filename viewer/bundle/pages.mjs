/**
 * Build the scripts of the pages from viewer/page and write them to viewer/page/built with the SHA-256 of all that went
 * in and came out. `node pages.mjs FOLDER` writes elsewhere, for a comparison.
 */
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '../page');
const out = process.argv[2] ?? join(source, 'built');

const {outputFiles} = await build({
  absWorkingDir: source,
  entryPoints: ['public.js', 'operator.js', 'loader.js'],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  write: false,
  target: ['chrome90', 'firefox90', 'safari15'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning'
});

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const lines = [];
for (const name of readdirSync(source).sort()) {
  if (name.endsWith('.js')) lines.push(`${digest(readFileSync(join(source, name)))}  ${name}`);
}
mkdirSync(out, {recursive: true});
for (const {path, contents, text} of outputFiles) {
  const name = path.slice(out.length + 1);
  if (/\beval\(|new Function\(/.test(text)) throw new Error(`${name} needs eval`);
  if (/<\/script/i.test(text)) throw new Error(`${name} would end its own element`);
  writeFileSync(path, contents);
  lines.push(`${digest(contents)}  built/${name}`);
  console.log(`${name} ${contents.length} bytes`);
}
writeFileSync(join(out, 'pages.sha256'), `${lines.join('\n')}\n`);
