/**
 * npm run bundle: puts the code of iden3's packages, as far as src/iden3 passes it on, into dist/iden3. snarkjs with what
 * it needs installs 58 MB for 0.4 MB that are used. web-worker stays a package of its own: it starts itself by its path.
 */
import { build } from "vite";

const root = new URL("../", import.meta.url).pathname;
const NAMES = ["snarkjs", "ffjavascript", "files"];

await build({
  root,
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: true, external: ["web-worker"] },
  build: {
    ssr: true,
    target: "node20",
    minify: false,
    emptyOutDir: false,
    outDir: "dist/iden3",
    rolldownOptions: {
      input: Object.fromEntries(NAMES.map((name) => [name, `src/iden3/${name}.ts`])),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].chunk.js",
        banner: "/* Bundled from iden3's packages: GPL-3.0. */",
      },
    },
  },
});
