/**
 * The prover: inputs of a circuit in, a proof that has been verified out. What computes it is a backend; everything
 * that must hold whichever backend it is, is here.
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import { FIELD, INSTANCES, TIERS, publicSignals, type CircuitName, type TierName } from "../protocol/constants.ts";
import { follow, orAborted } from "../base/abort.ts";
import type { Groth16Proof, VerificationKey } from "../groth16/groth16.ts";
import type { KeyKind, Proof } from "../groth16/proof.ts";
import type { CircuitInput, CircuitInputs, ProofRequest } from "../statements/request.ts";
import { decodeSignals } from "../protocol/signals.ts";
import { verificationKeyHash } from "../groth16/verificationKey.ts";
import { verify } from "../groth16/verify.ts";

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
   * Proves and verifies what it proved. Requests made at the same time take turns. Inputs are reduced modulo r, so that
   * they may be negative; those that are public signals must be in [0, r) as they are.
   *
   * @throws ProofError when the inputs satisfy no witness (naming template and line), when memory runs short, or when
   * the proof does not verify; never with a value of the inputs in it
   * @throws ArtifactError when circuit or key are not what was built. One that changed after it was checked is loaded
   * anew by the next proof
   */
  prove<C extends CircuitName>(request: ProofRequest<C>, options?: ProveOptions): Promise<Proof<C>>;
  /** Ends threads and processes, and refuses what they are at and what waits. The prover may be used again and then starts cold. */
  close(): Promise<void>;
}

/** What the prover takes of a circuit instance, whatever its backend takes besides. */
export interface CircuitKey {
  readonly verificationKey: VerificationKey;
  readonly keyKind: KeyKind;
  /** Throws an ArtifactError naming what changed since it was checked. Absent where nothing can: it is all in memory. */
  readonly checkUnchanged?: (() => Promise<void>) | undefined;
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
  /** Gets ready for what needs no artifacts, while these are being checked. */
  start?(): void;
  /** Asked for one thing at a time. `options.signal` also fires when the prover is closed. */
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
 * A prover over a backend. `load` is asked once for each circuit instance, and again after what it gave has changed.
 *
 * @param fallback proves again when a proof of `backend` does not verify, which would be a defect of that backend: the
 * proof is never returned, `onFallback` hears of it, and by default the console does
 */
export function createProver<A extends CircuitKey>(
  backend: Backend<A>,
  load: LoadArtifacts<A>,
  { fallback, onFallback = warn }: ProverEvents & { readonly fallback?: Backend<A> | undefined } = {},
): Prover {
  const loaded = new Map<string, Promise<A>>();
  const active = new Set<AbortController>();
  let turn: Promise<unknown> = Promise.resolve();
  const closeBackends = async (): Promise<void> => void (await Promise.all([backend.close(), fallback?.close()]));
  const forget = (name: string, loading: Promise<A>): void => {
    if (loaded.get(name) === loading) loaded.delete(name);
  };
  const artifactsOf = (name: string, circuit: CircuitName, tier: TierName): Promise<A> => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    backend.start?.();
    const loading = load(circuit, tier);
    loaded.set(name, loading);
    loading.catch(() => forget(name, loading));
    return loading;
  };
  /** One request after another; one that is stopped while it waits leaves at once. */
  const inTurn = <T>(work: () => Promise<T>, stop: AbortSignal): Promise<T> => {
    const mine = orAborted(turn, stop).then(work);
    turn = Promise.allSettled([turn, mine]);
    return mine;
  };
  return {
    async prove({ circuit, tier, inputs }, { onProgress, signal } = {}) {
      if (!INSTANCES.some((instance) => instance.circuit === circuit && instance.tier === tier)) {
        throw new ProofError("tier", `${circuit} has no tier ${tier}`);
      }
      checkInputs(circuit, tier, inputs);
      const { controller, release } = follow(signal);
      const { signal: stop } = controller;
      const proveWith = async (each: Backend<A>, artifacts: A): Promise<Proof<typeof circuit>> => {
        const { signals, proof: points } = await each.run(artifacts, inputs, { onProgress, signal: stop });
        stop.throwIfAborted();
        onProgress?.("verify", 0);
        return checked(circuit, tier, inputs, artifacts, signals, points);
      };
      active.add(controller);
      try {
        const name = `${circuit} ${tier}`;
        const loading = artifactsOf(name, circuit, tier);
        const artifacts = await orAborted(loading, stop);
        /** A proof fails for another reason than it seems when its files have changed. */
        const unlessChanged = async (error: unknown): Promise<never> => {
          stop.throwIfAborted();
          await artifacts.checkUnchanged?.().catch(async (changed: unknown) => {
            // Backends may have kept what they read, under the name that it no longer deserves.
            forget(name, loading);
            await closeBackends();
            throw changed;
          });
          throw error;
        };
        const proof = await inTurn(
          () =>
            proveWith(backend, artifacts)
              .catch(unlessChanged)
              .catch((error: unknown) => {
                if (fallback === undefined || !(error instanceof RefusedProof)) throw error;
                onFallback(backend.name, error, fallback.name);
                return proveWith(fallback, artifacts).catch(unlessChanged);
              }),
          stop,
        );
        onProgress?.("verify", 1);
        return proof;
      } finally {
        active.delete(controller);
        release();
      }
    },
    async close() {
      loaded.clear();
      for (const controller of active)
        controller.abort(new ProofError("prover", "was closed before the proof was done"));
      await turn;
      await closeBackends();
    },
  };
}

/** A backend gave something that is no proof of what was asked. */
class RefusedProof extends ProofError {}

/** The proof as an object, verified. @throws RefusedProof */
async function checked<C extends CircuitName>(
  circuit: C,
  tier: TierName,
  inputs: CircuitInputs,
  { keyKind, verificationKey }: CircuitKey,
  signals: readonly bigint[],
  points: Groth16Proof,
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
    if (asked !== undefined && String(asked) !== String(value))
      throw new ProofError(`publicSignals.${name}`, "must be as asked");
  }
}

/**
 * A value that isn't right is named by its place alone: it may be part of a secret. A public signal must be as it will
 * stand in the proof; other inputs are reduced.
 */
function checkInputs(circuit: CircuitName, tier: TierName, inputs: CircuitInputs): void {
  const names = new Set(publicSignals(circuit, TIERS[tier]).map(([name]) => name));
  const check = (value: unknown, path: string, isPublic: boolean): void => {
    if (Array.isArray(value)) value.forEach((item, i) => check(item, `${path}[${i}]`, isPublic));
    else if (typeof value !== "bigint") throw new ProofError(path, `must be a bigint, got ${typeof value}`);
    else if (isPublic && (value < 0n || value >= FIELD))
      throw new ProofError(path, "must be at least 0 and below the field's order: it is public");
  };
  for (const [name, value] of Object.entries(inputs)) check(value, `inputs.${name}`, names.has(name));
}
