/**
 * The keys of the catalogues that a page can ask for, as the types know them: every expression that stands where a
 * `Key` is wanted, be it a literal, a template of known words or a choice among them. A page carries these texts alone.
 */
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));

/** Give the options of tsconfig.json. */
function options() {
  const {config} = ts.readConfigFile(join(here, 'tsconfig.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, here).options;
}

/** Give the members of a union of texts; null for any other type. */
function texts(type) {
  const members = type.isUnion() ? type.types : [type];
  return members.every((member) => member.isStringLiteral()) ? members.map((member) => member.value) : null;
}

/** Give the keys that each page asks for, sorted; `source` is the folder of the pages' scripts. */
export function keysOf(pages, source) {
  const catalogue = new Set(Object.keys(JSON.parse(ts.sys.readFile(join(source, '../data/words.fr.json')))));
  /** @type {ts.Program | undefined} */
  let program;
  return pages.map((page) => {
    program = ts.createProgram(
      [join(source, `${page}.js`), join(source, 'globals.d.ts')],
      options(),
      undefined,
      program
    );
    return [...asked(program, source, catalogue.size)].filter((key) => catalogue.has(key)).sort();
  });
}

/** Give what stands where a key is wanted, in the scripts of a program. */
function asked(program, source, size) {
  const checker = program.getTypeChecker();
  const known = new Map();
  const isKey = (type) => {
    if (!known.has(type)) known.set(type, texts(checker.getNonNullableType(type))?.length === size);
    return known.get(type);
  };
  const found = new Set();
  const visit = (node) => {
    const wanted = ts.isExpression(node) ? checker.getContextualType(node) : undefined;
    if (wanted && isKey(wanted)) {
      const type = checker.getTypeAtLocation(node);
      // what is any key came from somewhere, and was seen there, or from the page's HTML
      if (!isKey(type)) for (const key of texts(type) ?? []) found.add(key);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (file.fileName.startsWith(source) && !file.isDeclarationFile) visit(file);
  }
  return found;
}
