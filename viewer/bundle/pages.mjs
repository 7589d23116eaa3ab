/**
 * Build the scripts of the pages from viewer/page and write them to viewer/page/built, with the keys of the texts that
 * each page asks for and the SHA-256 of all that went in and came out. `node pages.mjs FOLDER` writes elsewhere, for a
 * comparison.
 */
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {keysOf} from './keys.mjs';

const PAGES = ['public', 'operator', 'desk'];

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '../page');
const out = process.argv[2] ?? join(source, 'built');

const {outputFiles} = await build({
  absWorkingDir: source,
  entryPoints: [...PAGES, 'loader'].map((name) => `${name}.js`),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  write: false,
  target: ['chrome99', 'firefox113', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  tsconfigRaw: {compilerOptions: {alwaysStrict: true}},
  logLevel: 'warning'
});

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const sources = readdirSync(source, {recursive: true}).map((name) => name.replaceAll('\\', '/'));
const lines = sources
  .filter((name) => /\.(js|ts)$/.test(name) && !name.startsWith('built/'))
  .sort()
  .map((name) => `${digest(readFileSync(join(source, name)))}  ${name}`);

function write(name, contents) {
  writeFileSync(join(out, name), contents);
  lines.push(`${digest(contents)}  built/${name}`);
  console.log(`${name} ${contents.length} bytes`);
}

mkdirSync(out, {recursive: true});
for (const {path, contents, text} of outputFiles) {
  const name = path.slice(out.length + 1);
  if (/\beval\(|new Function\(/.test(text)) throw new Error(`${name} needs eval`);
  if (/<\/script/i.test(text)) throw new Error(`${name} would end its own element`);
  write(name, contents);
}
const keys = keysOf(PAGES, source);
write('words.json', `${JSON.stringify(Object.fromEntries(PAGES.map((page, i) => [page, keys[i]])), null, 1)}\n`);
writeFileSync(join(out, 'pages.sha256'), `${lines.join('\n')}\n`);
