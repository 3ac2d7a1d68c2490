/**
 * A copy of the sources to weaken: tests run in it as they would in the tree, which is never touched.
 *
 * @module
 */
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { instanceName, type Instance } from "../../src/setup/mainComponent.ts";
import { describeFile, readManifest } from "../../src/groth16/manifestFile.ts";
import { COMPILED_FILES } from "../../src/setup/compile.ts";

const SOURCES = [
  "circuits",
  "contracts",
  "data",
  "schemas",
  "scripts",
  "src",
  "test",
  "foundry.toml",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];
/** Packages of circuits: the compiler follows no link out of the folder it is given. */
const CIRCUIT_PACKAGES = ["circomlib", "@zk-kit/binary-merkle-root.circom"];
const ARTIFACTS = "build/artifacts";

export class Copy {
  private constructor(
    private readonly tree: string,
    readonly root: string,
  ) {}

  /** Copies the sources of `tree` to a fresh `root`; packages and artifacts are linked. */
  static async of(tree: string, root: string): Promise<Copy> {
    await rm(root, { recursive: true, force: true });
    await mkdir(join(root, ARTIFACTS), { recursive: true });
    for (const path of SOURCES) await cp(join(tree, path), join(root, path), { recursive: true });
    for (const name of await packages(join(tree, "node_modules"))) {
      const to = join(root, "node_modules", name);
      await mkdir(dirname(to), { recursive: true });
      if (CIRCUIT_PACKAGES.includes(name)) await cp(join(tree, "node_modules", name), to, { recursive: true });
      else await symlink(relative(dirname(to), join(tree, "node_modules", name)), to);
    }
    const copy = new Copy(tree, root);
    await copy.restoreArtifacts();
    return copy;
  }

  /** Changes one file while `act` runs. */
  async changed<T>(path: string, change: (source: string) => string, act: () => Promise<T>): Promise<T> {
    const source = await readFile(join(this.tree, path), "utf8");
    await writeFile(join(this.root, path), change(source));
    try {
      return await act();
    } finally {
      await writeFile(join(this.root, path), source);
    }
  }

  /** Puts a compiled instance where tests load it from, while `act` runs; its keys stay those of the tree. */
  async compiled<T>(instance: Instance, folder: string, act: () => Promise<T>): Promise<T> {
    const name = instanceName(instance);
    const to = join(this.root, ARTIFACTS, name);
    const manifest = await readManifest(join(this.tree, ARTIFACTS));
    const entry = manifest.instances[name]!;
    await rm(to, { recursive: true });
    await cp(folder, to, { recursive: true });
    try {
      const files = await Promise.all(
        Object.entries(COMPILED_FILES).map(async ([file, path]) => [file, await describeFile(to, path)] as const),
      );
      const changed = { ...entry, files: { ...entry.files, ...Object.fromEntries(files) } };
      const key = { ...entry.key, r1cs: changed.files.r1cs.sha256 };
      const instances = { ...manifest.instances, [name]: { ...changed, key } };
      await writeFile(join(this.root, ARTIFACTS, "manifest.json"), JSON.stringify({ ...manifest, instances }));
      return await act();
    } finally {
      await this.restoreArtifacts();
    }
  }

  private async restoreArtifacts(): Promise<void> {
    const [from, to] = [join(this.tree, ARTIFACTS), join(this.root, ARTIFACTS)];
    await rm(to, { recursive: true, force: true });
    await mkdir(to);
    for (const each of await readdir(from, { withFileTypes: true })) {
      if (each.isDirectory()) await symlink(relative(to, join(from, each.name)), join(to, each.name));
    }
    await cp(join(from, "manifest.json"), join(to, "manifest.json"));
  }
}

/** Names of the packages in a node_modules folder, scoped ones among them, and of its .bin. */
async function packages(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const scoped = names
    .filter((name) => name.startsWith("@"))
    .map(async (scope) => (await readdir(join(folder, scope))).map((name) => `${scope}/${name}`));
  return [
    ...names.filter((name) => !name.startsWith("@") && (name === ".bin" || !name.startsWith("."))),
    ...(await Promise.all(scoped)).flat(),
  ];
}
