/**
 * The prover: inputs of a circuit in, a proof that has been verified out. What computes it is a backend; everything
 * that must hold whichever backend it is, is here.
 *
 * @module
 */
import { ProofError } from "../errors.ts";
import { INSTANCES, type CircuitName, type TierName } from "../protocol.ts";
import { orAborted } from "./abort.ts";
import type { Groth16Proof, VerificationKey } from "./groth16.ts";
import type { KeyKind, Proof } from "./proof.ts";
import { decodeSignals } from "./signals.ts";
import { verificationKeyHash } from "./verificationKey.ts";
import { verify } from "./verify.ts";

/** An input signal: a field element or an array of them, nested as in the circuit. Secret, most of them. */
export type CircuitInput = bigint | readonly CircuitInput[];
export type CircuitInputs = Readonly<Record<string, CircuitInput>>;

export interface ProofRequest<C extends CircuitName = CircuitName> {
  readonly circuit: C;
  readonly tier: TierName;
  readonly inputs: CircuitInputs;
}

/** In this order. */
export type Stage = "witness" | "prove" | "verify";

export interface ProveOptions {
  /** `fraction` of the stage, 0 at its start to 1 at its end. */
  readonly onProgress?: ((stage: Stage, fraction: number) => void) | undefined;
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Prover {
  /**
   * Proves and verifies what it proved. Requests made at the same time take turns.
   *
   * @throws ProofError when the inputs satisfy no witness (naming template and line), when memory runs short, or when
   * the proof does not verify; never with a value of the inputs in it
   */
  prove<C extends CircuitName>(request: ProofRequest<C>, options?: ProveOptions): Promise<Proof<C>>;
  /** Ends threads and processes. The prover may be used again and then starts cold. */
  close(): Promise<void>;
}

/** What the prover takes of a circuit instance, whatever its backend takes besides. */
export interface CircuitKey {
  readonly verificationKey: VerificationKey;
  readonly keyKind: KeyKind;
}

/** What backends in Node take: the loader has checked these files against the manifest. */
export interface ProvingArtifacts extends CircuitKey {
  readonly wasmPath: string;
  readonly zkeyPath: string;
  /** The manifest's hash of the key, in hex. */
  readonly zkeySha256: string;
}

/** Computes witness and proof of one circuit instance; need not verify, name or wrap anything. */
export interface Backend<A extends CircuitKey = ProvingArtifacts> {
  readonly name: string;
  run(
    artifacts: A,
    inputs: CircuitInputs,
    options: ProveOptions,
  ): Promise<{ readonly signals: readonly bigint[]; readonly proof: Groth16Proof }>;
  close(): Promise<void>;
}

export interface ProverEvents {
  /** Called when a backend's proof was refused and the fallback takes over; `error` names no secret. */
  readonly onFallback?: ((backend: string, error: ProofError, fallback: string) => void) | undefined;
}

/** Gives what is needed to prove a circuit instance, checked. */
export type LoadArtifacts<A extends CircuitKey> = (circuit: CircuitName, tier: TierName) => Promise<A>;

/**
 * A prover over a backend. `load` is asked once for each circuit instance.
 *
 * @param fallback proves again when a proof of `backend` does not verify, which would be a defect of that backend: the
 * proof is never returned, `onFallback` hears of it, and by default the console does
 */
export function createProver<A extends CircuitKey>(
  backend: Backend<A>, load: LoadArtifacts<A>,
  { fallback, onFallback = warn }: ProverEvents & { readonly fallback?: Backend<A> | undefined } = {},
): Prover {
  const loaded = new Map<string, Promise<A>>();
  const artifactsOf = (circuit: CircuitName, tier: TierName): Promise<A> => {
    const name = `${circuit} ${tier}`;
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const loading = load(circuit, tier);
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
    return loading;
  };
  return {
    async prove({ circuit, tier, inputs }, options = {}) {
      const { onProgress, signal } = options;
      if (!INSTANCES.some((instance) => instance.circuit === circuit && instance.tier === tier)) {
        throw new ProofError("tier", `${circuit} has no tier ${tier}`);
      }
      checkInputs(inputs);
      const artifacts = await orAborted(artifactsOf(circuit, tier), signal);
      const proveWith = async (each: Backend<A>): Promise<Proof<typeof circuit>> => {
        const { signals, proof: points } = await each.run(artifacts, inputs, options);
        signal?.throwIfAborted();
        onProgress?.("verify", 0);
        return checked(circuit, tier, inputs, artifacts, signals, points);
      };
      const proof = await proveWith(backend).catch((error: unknown) => {
        if (fallback === undefined || !(error instanceof RefusedProof)) throw error;
        onFallback(backend.name, error, fallback.name);
        return proveWith(fallback);
      });
      onProgress?.("verify", 1);
      return proof;
    },
    async close() {
      loaded.clear();
      await Promise.all([backend.close(), fallback?.close()]);
    },
  };
}

/** A backend gave something that is no proof of what was asked. */
class RefusedProof extends ProofError {}

/** The proof as an object, verified. @throws RefusedProof */
async function checked<C extends CircuitName>(
  circuit: C, tier: TierName, inputs: CircuitInputs, { keyKind, verificationKey }: CircuitKey,
  signals: readonly bigint[], points: Groth16Proof,
): Promise<Proof<C>> {
  try {
    const named = decodeSignals(circuit, tier, signals);
    checkAsked(inputs, named);
    const key = { kind: keyKind, hash: verificationKeyHash(verificationKey) };
    const proof = { circuit, tier, key, signals: named, points };
    await verify(proof, verificationKey);
    return proof;
  } catch (error) {
    if (error instanceof ProofError) throw new RefusedProof(error.path, error.rule, { cause: error });
    throw error;
  }
}

const warn = (backend: string, error: ProofError, fallback: string): void =>
  console.warn(`${backend} made a proof that does not verify (${error.message}); proving again with ${fallback}`);

/** Public signals are inputs of our circuits: the proof must be about those that were asked for. */
function checkAsked(inputs: CircuitInputs, signals: object): void {
  for (const [name, value] of Object.entries(signals) as [string, CircuitInput][]) {
    const asked = inputs[name];
    if (asked !== undefined && String(asked) !== String(value)) throw new ProofError(`publicSignals.${name}`, "must be as asked");
  }
}

/** A value that isn't a bigint is named by its place alone: it may be part of a secret. */
function checkInputs(inputs: CircuitInputs): void {
  const check = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, i) => check(item, `${path}[${i}]`));
    else if (typeof value !== "bigint") throw new ProofError(path, `must be a bigint, got ${typeof value}`);
  };
  for (const [name, value] of Object.entries(inputs)) check(value, `inputs.${name}`);
}
