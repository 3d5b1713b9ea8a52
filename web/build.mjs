// Builds the page: web/src -> web/dist, which is all that the server needs.
//   node build.mjs           once
//   node build.mjs --watch   again at each change

import { build, context } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

/** The name with its hash of an entry's output, as the page asks for it. */
function outputOf(metafile, source) {
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint === source) return `/${path.slice(path.indexOf('a/'))}`;
  }
  throw new Error(`nothing was built from ${source}`);
}

/** The chunks that the page needs at once: asked for with the first, not found one after the other. */
function preloads(metafile, url) {
  const seen = new Set();
  const follow = (path) => {
    for (const one of metafile.outputs[path].imports) {
      if (one.kind !== 'import-statement' || seen.has(one.path)) continue;
      seen.add(one.path);
      follow(one.path);
    }
  };
  follow(`dist${url}`);
  return [...seen].map((path) => `<link rel="modulepreload" href="${path.slice('dist'.length)}" />`).join('\n');
}

function writePage(metafile) {
  const script = outputOf(metafile, 'src/main.tsx');
  const page = readFileSync(join(root, 'src/index.html'), 'utf8')
    .replace('%JS%', script)
    .replace('%PRELOADS%', preloads(metafile, script))
    .replace('%CSS%', outputOf(metafile, 'src/style/main.css'))
    .replace(/^\s+/gm, '');
  writeFileSync(join(dist, 'index.html'), page);
}

/** import url from './x.css?late': the address of a style that is loaded with the part of the page that needs it. */
const lateStyles = {
  name: 'late-styles',
  setup(esbuild) {
    esbuild.onResolve({ filter: /\.css\?late$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -'?late'.length)),
      namespace: 'late-style',
    }));
    esbuild.onLoad({ filter: /.*/, namespace: 'late-style' }, async ({ path }) => {
      const { target, minify } = esbuild.initialOptions;
      const built = await build({ entryPoints: [path], bundle: true, write: false, target, minify, logLevel: 'silent' });
      const { contents, hash } = built.outputFiles[0];
      const url = `/a/${basename(path, '.css')}.${hash.replace(/\W/g, '').slice(0, 8)}.css`;
      mkdirSync(join(dist, 'a'), { recursive: true });
      writeFileSync(join(dist, url), contents);
      return { contents: `export default ${JSON.stringify(url)};`, watchFiles: [path] };
    });
  },
};

const pages = {
  name: 'pages',
  setup(esbuild) {
    esbuild.onStart(() => {
      rmSync(dist, { recursive: true, force: true });
      mkdirSync(dist, { recursive: true });
      cpSync(join(root, 'public'), dist, { recursive: true });
    });
    esbuild.onEnd((result) => {
      if (result.metafile && result.errors.length === 0) writePage(result.metafile);
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: { main: 'src/main.tsx', style: 'src/style/main.css' },
  outdir: 'dist',
  entryNames: 'a/[name].[hash]',
  chunkNames: 'a/[name].[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome100', 'firefox102', 'safari15.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'info',
  plugins: [pages, lateStyles],
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else await build(options);
