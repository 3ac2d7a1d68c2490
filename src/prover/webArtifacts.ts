/**
 * Circuits and keys for a browser, over the network or from wherever a page keeps them: as artifacts.ts, a file is used
 * only if it is the one that the manifest names.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ArtifactError } from "../base/errors.ts";
import { readLayout } from "../groth16/zkey.ts";
import {
  MANIFEST_FILE,
  checkShape,
  findEntry,
  parseManifest,
  readKey,
  type ManifestEntry,
} from "../groth16/manifest.ts";
import type { CircuitKey, LoadArtifacts } from "./prover.ts";

/** `WebAssembly.Module`, in programs whose types know it: those of Node alone don't. */
export type CompiledCircuit = typeof globalThis extends { WebAssembly: { Module: new (...bytes: never[]) => infer M } }
  ? M
  : object;

/** What a backend in a browser takes. */
export interface WebArtifacts extends CircuitKey {
  readonly circuit: CompiledCircuit;
  readonly zkey: Blob;
  /** In hex. */
  readonly zkeySha256: string;
}

export interface WebArtifactOptions {
  /**
   * Folder of the artifacts as an address, or what answers for a path in it: `manifest.json`, `solvency.M/circuit.zkey`.
   * A page that has bytes already gives `async (path) => new Response(bytes)`.
   */
  readonly artifacts: string | URL | ((path: string) => Promise<Response>);
  /** The manifest's SHA-256 in hex: then its server need not be trusted. Without it, whoever serves the manifest chooses the keys. */
  readonly manifestSha256?: string | undefined;
  /** Bytes of a file that have come, of those that it has. */
  readonly onDownload?: ((path: string, loaded: number, total: number) => void) | undefined;
}

/** A loader over `artifacts`; fits {@link createProver}'s `load`. It throws an ArtifactError naming the file that is missing, changed or foreign. */
export function webArtifacts({
  artifacts,
  manifestSha256,
  onDownload,
}: WebArtifactOptions): LoadArtifacts<WebArtifacts> {
  const place = typeof artifacts === "function" ? "artifacts" : String(artifacts).replace(/\/$/, "");
  const open = async (path: string): Promise<Response> => {
    const answer = typeof artifacts === "function" ? artifacts(path) : fetch(`${place}/${path}`);
    const response = await answer.catch((cause: unknown) => {
      throw new ArtifactError(path, "can't be fetched", { cause });
    });
    if (!response.ok) throw new ArtifactError(path, `can't be fetched: status ${response.status}`);
    return response;
  };
  return async (circuit, tier) => {
    const manifest = new Uint8Array(await (await open(MANIFEST_FILE)).arrayBuffer());
    if (manifestSha256 !== undefined) checkHash(MANIFEST_FILE, bytesToHex(sha256(manifest)), manifestSha256);
    const { entry, folder } = findEntry(
      parseManifest(parseJson(manifest, MANIFEST_FILE), MANIFEST_FILE),
      circuit,
      tier,
      place,
    );
    const fetched = (file: keyof ManifestEntry["files"]): Promise<Uint8Array<ArrayBuffer>> => {
      const path = `${folder}/${entry.files[file].name}`;
      return open(path).then((response) => download(path, response, entry.files[file], onDownload));
    };
    const [wasm, zkey, vkey] = await Promise.all([fetched("wasm"), fetched("zkey"), fetched("vkey")]);
    const keyPath = `${folder}/${entry.files.zkey.name}`;
    checkShape(
      readLayout({ name: keyPath, read: (target, position) => readAt(zkey, target, position) }),
      keyPath,
      entry,
    );
    return {
      circuit: await WebAssembly.compile(wasm),
      zkey: new Blob([zkey]),
      zkeySha256: entry.files.zkey.sha256,
      verificationKey: readKey(
        parseJson(vkey, `${folder}/${entry.files.vkey.name}`),
        `${folder}/${entry.files.vkey.name}`,
        entry,
      ),
      keyKind: entry.key.kind,
    };
  };
}

/** The body, hashed while it comes. It may be no longer than the manifest says, so that no server fills the memory. */
async function download(
  path: string,
  response: Response,
  { bytes: total, sha256: expected }: ManifestEntry["files"]["zkey"],
  onDownload: WebArtifactOptions["onDownload"],
): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(total);
  const hash = sha256.create();
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    if (loaded + next.value.byteLength > total) {
      await reader?.cancel();
      throw new ArtifactError(path, `must have ${total} bytes, has more`);
    }
    all.set(next.value, loaded);
    hash.update(next.value);
    loaded += next.value.byteLength;
    onDownload?.(path, loaded, total);
  }
  if (loaded !== total) throw new ArtifactError(path, `must have ${total} bytes, has ${loaded}`);
  checkHash(path, bytesToHex(hash.digest()), expected);
  return all;
}

function checkHash(path: string, found: string, expected: string): void {
  if (found !== expected) throw new ArtifactError(path, `must have SHA-256 ${expected}, has ${found}`);
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw new ArtifactError(path, "must be JSON", { cause });
  }
}

function readAt(bytes: Uint8Array, target: Uint8Array, position: number): void {
  if (position + target.byteLength > bytes.byteLength) throw new RangeError("ends early");
  target.set(bytes.subarray(position, position + target.byteLength));
}
