/**
 * Builds circuits and development keys from an installed package. The compiler sees no files outside its root, so that is
 * a folder of its own, with the circuits and the libraries that they include copied into it.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArtifactError } from "../base/errors.ts";
import type { Manifest } from "../groth16/manifest.ts";
import { build, type BuildOptions } from "./build.ts";
import { LIBRARIES } from "./circom.ts";
import type { Instance } from "./mainComponent.ts";

const require = createRequire(import.meta.url);
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
/** What compiling takes beside this package, which programs that only prove and verify need not install. */
const BUILD_PACKAGES = ["circom2", "binaryen", "circomlib", "@zk-kit/binary-merkle-root.circom"] as const;

/**
 * As {@link build}, into the folder `artifacts`.
 *
 * @throws ArtifactError saying what to install when a compiler or a circuit library is not there
 *
 * @example
 * ```ts
 * await buildArtifacts([{ circuit: "solvency", tier: "M" }], "artifacts", { onEvent: console.error });
 * ```
 */
export async function buildArtifacts(
  instances: readonly Instance[],
  artifacts: string,
  options: Omit<BuildOptions, "root" | "artifacts"> = {},
): Promise<Manifest> {
  const libraries = await findLibraries();
  const root = join(artifacts, `.workshop-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(root, { recursive: true });
    await cp(join(PACKAGE, "circuits"), join(root, "circuits"), { recursive: true });
    for (const [library, folder] of libraries) await cp(folder, join(root, library), { recursive: true });
    return await build(instances, { ...options, root, artifacts });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Where the libraries that circuits include are installed, by where the compiler looks for them. */
async function findLibraries(): Promise<ReadonlyMap<string, string>> {
  const folders = new Map(BUILD_PACKAGES.map((name) => [name as string, folderOf(name)] as const));
  const missing = BUILD_PACKAGES.filter((name) => folders.get(name) === undefined);
  if (missing.length > 0) {
    const { devDependencies } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    const wanted = missing.map((name) => `${name}@${devDependencies[name]}`).join(" ");
    throw new ArtifactError(
      "artifacts build",
      `needs ${missing.join(", ")}: npm install --save-dev --save-exact ${wanted}`,
    );
  }
  return new Map(
    LIBRARIES.filter((path) => path.startsWith("node_modules/")).map((path) => {
      const name = BUILD_PACKAGES.find((each) => path.startsWith(`node_modules/${each}/`))!;
      return [path, join(folders.get(name)!, path.slice(`node_modules/${name}/`.length))];
    }),
  );
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
