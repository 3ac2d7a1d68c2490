/**
 * Production keys: a phase-2 ceremony over snarkjs on public powers of tau. A key is safe if one contributor was
 * honest; the last step checks every step before it and refuses a key that nobody contributed to.
 *
 *   init → contribute (by several people, each on their own machine) → beacon → verify → finalize
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "../base/fileError.ts";
import { withLock } from "../base/lock.ts";
import { ArtifactError, InputError } from "../base/errors.ts";
import { draftOf, moveInto, writeAtomic } from "../base/files.ts";
import { zKey } from "../iden3/snarkjs.ts";
import { artifactsFolder, loadArtifacts } from "../prover/artifacts.ts";
import type { Contribution, KeyRecord, ManifestEntry } from "../groth16/manifest.ts";
import { KEY_FILES, describeFiles } from "./build.ts";
import { exportVerificationKey } from "./exportKey.ts";
import { instanceName, type Instance } from "./mainComponent.ts";
import { hashFile, writeEntry } from "../groth16/manifestFile.ts";
import { checkPowersOfTau } from "./powersOfTau.ts";
import { readTranscript, type Transcript } from "./transcript.ts";
import { checkWholeKey } from "./wholeKey.ts";

/** Longest name that snarkjs stores, in characters. */
const NAME_LIMIT = 64;
/** log2 of the hashes over a beacon: below 10 snarkjs refuses, above 40 no verifier would wait. */
const ITERATIONS_EXP = { min: 10, max: 40 } as const;
const BEACON_HEX = /^([0-9a-f]{2}){16,255}$/i;

/** Powers of tau; `blake2b` is given only for files that are not the published ones. */
export interface PowersOfTau {
  readonly path: string;
  readonly blake2b?: string | undefined;
}

/**
 * Starts a ceremony: writes the first key, which is worthless until somebody contributes.
 *
 * @returns snarkjs's circuit hash, in hex
 * @throws ArtifactError when the powers of tau are foreign or too small, InputError when `out` exists
 */
export async function initCeremony(
  instance: Instance,
  ptau: PowersOfTau,
  out: string,
  artifacts = artifactsFolder(),
): Promise<string> {
  await checkPowersOfTau(ptau.path, ptau.blake2b);
  const { paths } = await loadArtifacts(instance.circuit, instance.tier, ["r1cs"], artifacts);
  await writeStep(out, async (draft, logger) =>
    ArrayBuffer.isView(await zKey.newZKey(paths.r1cs, ptau.path, draft, logger)),
  );
  return (await readTranscript(out)).circuitHash;
}

/**
 * Adds a contribution. Its secret comes from the system's random generator, with `entropy` mixed in, and is never
 * written; nothing is drawn before the key that it builds on was found whole.
 *
 * @param name shown to everyone who verifies the key
 * @throws ArtifactError when the key is damaged, InputError when `out` exists
 */
export async function contribute(from: string, out: string, name: string, entropy = ""): Promise<Contribution> {
  checkName(name);
  await checkUnwritten(out);
  await checkWholeKey(from);
  const secret = randomBytes(64).toString("hex") + entropy;
  await writeStep(out, async (draft, logger) =>
    ArrayBuffer.isView(await zKey.contribute(from, draft, name, secret, logger)),
  );
  return lastContribution(out);
}

/**
 * Adds a public beacon, which nobody could foresee when the last person contributed: a later block's hash, say.
 *
 * @param hash hex, at least 16 bytes
 * @param iterationsExp log2 of the number of hashes over it
 * @throws ArtifactError when the key is damaged, InputError when `out` exists
 */
export async function applyBeacon(
  from: string,
  out: string,
  name: string,
  hash: string,
  iterationsExp = 10,
): Promise<Contribution> {
  checkName(name);
  if (!BEACON_HEX.test(hash)) throw new InputError("beacon", "must be 16 to 255 bytes in hex", hash);
  const { min, max } = ITERATIONS_EXP;
  if (!Number.isInteger(iterationsExp) || iterationsExp < min || iterationsExp > max) {
    throw new InputError("iterationsExp", `must be a whole number from ${min} to ${max}`, iterationsExp);
  }
  await checkUnwritten(out);
  await checkWholeKey(from);
  await writeStep(out, async (draft, logger) =>
    ArrayBuffer.isView(await zKey.beacon(from, draft, name, hash, iterationsExp, logger)),
  );
  return lastContribution(out);
}

/**
 * Checks a key from the constraints and the powers of tau up: every contribution, and that the key is for this circuit.
 *
 * @returns what it was made from; may hold no contribution yet
 * @throws ArtifactError with snarkjs's finding
 */
export async function verifyCeremony(
  instance: Instance,
  ptau: PowersOfTau,
  zkey: string,
  artifacts = artifactsFolder(),
): Promise<Transcript & { readonly ptau: string }> {
  const ptauHash = await checkPowersOfTau(ptau.path, ptau.blake2b);
  const { paths } = await loadArtifacts(instance.circuit, instance.tier, ["r1cs"], artifacts);
  const transcript = await readTranscript(zkey);
  const rule = `is not a key for ${instanceName(instance)} on these powers of tau`;
  await callSnarkjs(zkey, rule, (logger) => zKey.verifyFromR1cs(paths.r1cs, ptau.path, zkey, logger));
  return { ...transcript, ptau: ptauHash };
}

/**
 * Verifies a key once more and puts it in place of the development key.
 *
 * @returns the manifest entry, marked as a ceremony's
 * @throws ArtifactError unless it verifies and somebody contributed: a beacon alone is no secret
 */
export async function finalizeCeremony(
  instance: Instance,
  ptau: PowersOfTau,
  zkey: string,
  artifacts = artifactsFolder(),
): Promise<ManifestEntry> {
  if ((await readTranscript(zkey)).contributions.every(({ beacon }) => beacon !== undefined)) {
    throw new ArtifactError(zkey, "needs at least one contribution; a beacon alone is no secret");
  }
  const { ptau: ptauHash, circuitHash, contributions } = await verifyCeremony(instance, ptau, zkey, artifacts);
  return withLock(artifacts, async () => {
    const name = instanceName(instance);
    const folder = join(artifacts, name);
    const { entry, paths } = await loadArtifacts(instance.circuit, instance.tier, ["r1cs", "sym", "wasm"], artifacts);
    const draft = join(folder, `${KEY_FILES.zkey}.tmp`);
    try {
      await cp(zkey, draft);
      const vkey = await exportVerificationKey(draft);
      await rename(draft, join(folder, KEY_FILES.zkey));
      await writeAtomic(join(folder, KEY_FILES.vkey), `${JSON.stringify(vkey, null, 1)}\n`);
    } finally {
      await rm(draft, { force: true });
    }
    const r1cs = await hashFile(paths.r1cs);
    const key: KeyRecord = { kind: "ceremony", r1cs, ptau: ptauHash, circuitHash, contributions: [...contributions] };
    const sealed = { ...entry, files: await describeFiles(folder), key };
    await writeEntry(artifacts, name, sealed);
    return sealed;
  });
}

async function checkUnwritten(out: string): Promise<void> {
  if (
    await stat(out).then(
      () => true,
      () => false,
    )
  )
    throw new InputError(out, "must not exist yet");
}

/** Writes `out` by way of a draft; a ceremony's files are never overwritten, since each may be the only copy. */
async function writeStep(out: string, step: (draft: string, logger: Logger) => Promise<boolean>): Promise<void> {
  await checkUnwritten(out);
  const draft = draftOf(out);
  try {
    await mkdir(dirname(out), { recursive: true });
    await callSnarkjs(out, "could not be made", (logger) => step(draft, logger));
    // Once more: a step takes minutes, in which another may have made it.
    await moveInto(draft, out);
  } catch (error) {
    throw fileError(out, error);
  } finally {
    await rm(draft, { force: true });
  }
}

interface Logger {
  readonly debug: () => void;
  readonly info: () => void;
  readonly warn: () => void;
  readonly error: (text: string) => void;
}

/** snarkjs reports a failure by its logger, its result or an exception; here it is always an ArtifactError. */
async function callSnarkjs(path: string, rule: string, call: (logger: Logger) => Promise<boolean>): Promise<void> {
  const errors: string[] = [];
  const quiet = (): void => undefined;
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (text: string) => void errors.push(text) };
  try {
    const ok = await call(logger);
    if (ok !== true) throw new ArtifactError(path, [rule, ...errors].join(": "));
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause;
    throw new ArtifactError(path, [rule, ...errors, (cause as Error).message].join(": "), { cause });
  } finally {
    // snarkjs keeps its threads for a next call, which would keep the process alive.
    await (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128?.terminate();
  }
}

async function lastContribution(zkey: string): Promise<Contribution> {
  return (await readTranscript(zkey)).contributions.at(-1)!;
}

function checkName(name: string): void {
  if (name.length === 0 || name.length > NAME_LIMIT)
    throw new InputError("name", `must have 1 to ${NAME_LIMIT} characters`, name);
}
