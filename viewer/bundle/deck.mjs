/** Build deck.js from the pinned packages; write its SHA-256, the gzip form that goes into pages and all licences. */
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

/** Shaders for WebGPU, which the pages never ask for: each becomes an empty text. Comments of GLSL go too. */
const lean = {
  name: 'lean',
  setup(build) {
    build.onLoad({filter: /[.-]wgsl(-integer)?\.js$/}, ({path}) => {
      const text = readFileSync(path, 'utf8');
      if (/\bfunction\b|=>|import /.test(text.replace(/`[^`]*`/g, ''))) return undefined;
      const names = [...text.matchAll(/export const (\w+)/g)].map((found) => found[1]);
      const lines = names.map((name) => `export const ${name} = '';`);
      if (/export default/.test(text)) lines.push("export default '';");
      return {contents: lines.join('\n'), loader: 'js'};
    });
    build.onLoad({filter: /(glsl|vertex|fragment|bitmap-layer-(vertex|fragment))[^/]*\.js$/}, ({path}) => ({
      contents: readFileSync(path, 'utf8').replace(/`[^`]*`/g, (shader) =>
        shader.replace(/^\s*\/\/.*\n/gm, '').replace(/^[ \t]+/gm, '')
      ),
      loader: 'js'
    }));
  }
};

const {metafile} = await build({
  plugins: [lean],
  entryPoints: ['src/index.js'],
  outfile: 'build/deck.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome90', 'firefox90', 'safari15'],
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  tsconfigRaw: '{}', // the types of the pages' scripts are not for these packages
  define: {'process.env.NODE_ENV': '"production"', global: 'globalThis'},
  logLevel: 'warning'
});
const script = readFileSync('build/deck.js');
if (/\beval\(|new Function\(/.test(script.toString())) throw new Error('the bundle needs eval');
const packed = gzipSync(script, {level: 9});
packed.writeUInt32LE(0, 4); // no time of writing
packed[9] = 255; // no operating system: the same bytes everywhere
writeFileSync('deck.js.gz', packed);

const inside = new Set(
  Object.keys(metafile.inputs).flatMap((path) => {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    return found ? [found[1]] : [];
  })
);
const licences = [...inside].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
  return `${name} ${about.version} (${about.license})\n${'-'.repeat(60)}\n${text || 'See the licence named above.'}\n`;
});
writeFileSync('LICENSES.txt', licences.join('\n\n'));
const digest = createHash('sha256').update(script).digest('hex');
writeFileSync('deck.sha256', `${digest}  deck.js\n`);
console.log(`deck.js ${script.length} bytes, ${packed.length} packed, sha256 ${digest}`);
