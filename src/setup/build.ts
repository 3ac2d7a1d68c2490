/**
 * `npm run build`: compiles circuit instances, makes development keys, writes the manifest. Incremental: an instance
 * whose inputs and files are as the manifest says is left alone. A folder is replaced as a whole, so a broken-off build
 * leaves the old files or none.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "../base/lock.ts";
import { ArtifactError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { emptyManifest, type KeyRecord, type Manifest, type ManifestEntry } from "../groth16/manifest.ts";
import { COMPILED_FILES, compile, compileInputs } from "./compile.ts";
import { writeDevelopmentKey } from "./devKey.ts";
import { exportVerificationKey } from "./exportKey.ts";
import { instanceName, type Instance } from "./mainComponent.ts";
import { describeFile, hashFile, readManifest, writeEntry } from "../groth16/manifestFile.ts";

const require = createRequire(import.meta.url);

/** Root of the repository: where sources are compiled from; an installed package does it by workshop.ts. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ARTIFACTS = join(ROOT, "build/artifacts");
/** Files of an instance's folder beside the compiled ones. */
export const KEY_FILES = { zkey: "circuit.zkey", vkey: "vkey.json" } as const;

/** What the build is doing; `share` counts from 0 to 1 within a set-up. */
export type BuildEvent =
  /** `what` holds the artifacts' lock, in words. */
  | { readonly type: "waiting"; readonly what: string }
  | { readonly type: "current" | "compiling"; readonly instance: string }
  | { readonly type: "setup"; readonly instance: string; readonly share: number }
  | {
      readonly type: "compiled" | "built";
      readonly instance: string;
      readonly seconds: number;
      readonly constraints: number;
    };

export interface BuildOptions {
  readonly root?: string;
  readonly artifacts?: string;
  /** Instances worked on at once. */
  readonly jobs?: number;
  /** Builds again what is current, and replaces ceremony keys. */
  readonly force?: boolean;
  readonly onEvent?: (event: BuildEvent) => void;
}

/**
 * Builds what is missing or stale among `instances` and returns the manifest.
 *
 * @throws ArtifactError when a circuit does not compile as it should, or would replace a ceremony's key
 */
export async function build(instances: readonly Instance[], options: BuildOptions = {}): Promise<Manifest> {
  const { root = ROOT, artifacts = ARTIFACTS, jobs = availableParallelism() } = options;
  const current = await Promise.all(instances.map((instance) => isCurrent(root, artifacts, instance)));
  if (!options.force && current.every(Boolean)) {
    // No lock: what is current can be used while another process builds something else.
    for (const instance of instances) options.onEvent?.({ type: "current", instance: instanceName(instance) });
    return readManifest(artifacts);
  }
  await withLock(
    artifacts,
    async () => {
      // Large ones first, so that the last to end is a small one.
      const queue = [...instances].sort((a, b) => weight(b) - weight(a));
      let active = 0;
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          active++;
          const instance = next;
          await buildOne(root, artifacts, instance, () => Math.max(1, jobs - active + 1), options).catch(
            (error: unknown) => {
              queue.length = 0;
              throw error;
            },
          );
          active--;
        }
      };
      const results = await Promise.allSettled(Array.from({ length: jobs }, worker));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
    { name: "plimsoll build", onWaiting: (what) => options.onEvent?.({ type: "waiting", what }) },
  );
  return readManifest(artifacts);
}

/** Rough order of size. */
const weight = ({ circuit, tier }: Instance): number => ({ T: 1, M: 10, L: 40 })[tier] * (circuit === "exit" ? 0.1 : 1);

async function buildOne(
  root: string,
  artifacts: string,
  instance: Instance,
  freeThreads: () => number,
  { force = false, onEvent }: BuildOptions,
): Promise<void> {
  const name = instanceName(instance);
  const folder = join(artifacts, name);
  if (!force && (await isCurrent(root, artifacts, instance))) {
    onEvent?.({ type: "current", instance: name });
    return;
  }
  const inputs = await compileInputs(root, instance);
  const old = (await readManifest(artifacts).catch(emptyManifest)).instances[name];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  // The compiler sees no files outside the root, so drafts are made there wherever the artifacts go.
  const draft = join(root, "build/drafts", `${name}.${randomBytes(6).toString("hex")}`);
  try {
    onEvent?.({ type: "compiling", instance: name });
    const counts = await compile(root, instance, draft);
    onEvent?.({ type: "compiled", instance: name, seconds: seconds(), constraints: counts.constraints });
    const r1cs = join(draft, COMPILED_FILES.r1cs);
    const r1csHash = await hashFile(r1cs);
    if (!force && old?.key.kind === "ceremony" && old.key.r1cs !== r1csHash) {
      throw new ArtifactError(folder, "holds a ceremony's key for other constraints; --force replaces it");
    }
    onEvent?.({ type: "setup", instance: name, share: 0 });
    const kept = !force && old?.key.r1cs === r1csHash && (await keepKey(folder, draft, old));
    if (!kept) {
      const onProgress = (share: number): void => onEvent?.({ type: "setup", instance: name, share });
      await writeDevelopmentKey(r1cs, join(draft, KEY_FILES.zkey), { threads: freeThreads(), onProgress });
      const vkey = await exportVerificationKey(join(draft, KEY_FILES.zkey));
      await writeAtomic(join(draft, KEY_FILES.vkey), `${JSON.stringify(vkey, null, 1)}\n`);
    }
    const key: KeyRecord = kept ? old!.key : { kind: "development", r1cs: r1csHash };
    const entry = {
      ...instance,
      inputs,
      tools: await toolVersions(),
      ...counts,
      files: await describeFiles(draft),
      key,
    };
    await publish(draft, folder);
    await writeEntry(artifacts, name, entry);
    onEvent?.({ type: "built", instance: name, seconds: seconds(), constraints: counts.constraints });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Hash and size of every file of an instance's folder. */
export async function describeFiles(folder: string): Promise<ManifestEntry["files"]> {
  const names = Object.entries({ ...COMPILED_FILES, ...KEY_FILES });
  const files = await Promise.all(names.map(async ([file, name]) => [file, await describeFile(folder, name)] as const));
  return Object.fromEntries(files) as ManifestEntry["files"];
}

async function isCurrent(root: string, artifacts: string, instance: Instance): Promise<boolean> {
  const name = instanceName(instance);
  const entry = (await readManifest(artifacts).catch(emptyManifest)).instances[name];
  return entry?.inputs === (await compileInputs(root, instance)) && (await isIntact(join(artifacts, name), entry));
}

async function isIntact(folder: string, { files }: ManifestEntry): Promise<boolean> {
  const found = await describeFiles(folder).catch(() => undefined);
  return (
    found !== undefined &&
    (Object.keys(files) as (keyof typeof files)[]).every((f) => found[f].sha256 === files[f].sha256)
  );
}

/** A changed comment recompiles to the same constraints: their key stays good. */
async function keepKey(folder: string, draft: string, { files }: ManifestEntry): Promise<boolean> {
  for (const file of ["zkey", "vkey"] as const) {
    const from = join(folder, files[file].name);
    if ((await hashFile(from).catch(() => "")) !== files[file].sha256) return false;
    await cp(from, join(draft, KEY_FILES[file]));
  }
  return true;
}

/** Puts `draft` in place of `folder`: by name where both are on one disk. */
async function publish(draft: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, ".."), { recursive: true });
  await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EXDEV") throw error;
    await cp(draft, folder, { recursive: true });
  });
}

/** Versions of what made an artifact. */
async function toolVersions(): Promise<Record<string, string>> {
  const packages = ["circom2", "binaryen", "circomlib", "@zk-kit/binary-merkle-root.circom"];
  const root = require.resolve("circom2/package.json").replace(/circom2\/package\.json$/, "");
  const version = async (name: string): Promise<string> =>
    (JSON.parse(await readFile(join(root, name, "package.json"), "utf8")) as { version: string }).version;
  // Bundled into the published package, so that its version is the one that this package was made with.
  const own = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
    devDependencies: Record<"ffjavascript", string>;
  };
  const tools = await Promise.all(packages.map(async (name) => [name, await version(name)] as const));
  return { ...Object.fromEntries(tools), ffjavascript: own.devDependencies.ffjavascript };
}
