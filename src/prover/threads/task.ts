/**
 * What a thread of the prover may be asked for, and what it answers: plain data, for it is copied from thread to thread.
 *
 * @module
 */
import type { Groth16Proof } from "../../groth16/groth16.ts";
import type { CircuitInputs } from "../../statements/request.ts";
import type { Over, PartialSum } from "./sums.ts";

/** A key that threads open by themselves, each reading its own share: a path in Node, a Blob in browsers. */
export type KeyFile = string | Blob;

/** 32 bytes each: one per wire, or H's, one per point of the domain. */
export type Scalars = Uint8Array<ArrayBuffer>;

/** `key` names a key, which a thread must load before it is asked for more. The buffers of a task are the thread's to wipe. */
export type ThreadTask =
  | {
      readonly kind: "load";
      readonly key: string;
      readonly file: KeyFile;
      readonly code: WebAssembly.Module;
      /** This thread's place among `threads`. Only the lead, thread 0, needs the circuit. */
      readonly thread: number;
      readonly threads: number;
      readonly circuit: WebAssembly.Module | undefined;
      /** Bytes that tables may take over all threads. */
      readonly tableRoom: number;
    }
  /** `share`: whether other threads need the scalars. */
  | { readonly kind: "witness"; readonly key: string; readonly inputs: CircuitInputs; readonly share: boolean }
  | { readonly kind: "quotient"; readonly key: string; readonly share: boolean }
  | { readonly kind: "sums"; readonly key: string; readonly over: Over; readonly scalars?: Scalars | undefined }
  | { readonly kind: "finish"; readonly key: string; readonly parts: readonly PartialSum[] }
  | { readonly kind: "wipe"; readonly key: string };

/** Results by kind of task. `scalars` are for other threads, where these were asked for. */
export interface ThreadResults {
  /** The scalars that the thread's points take, and what the tables of all threads take. */
  load: { readonly needs: readonly Over[]; readonly tableBytes: number };
  witness: { readonly signals: readonly bigint[]; readonly scalars?: Scalars };
  quotient: { readonly scalars?: Scalars };
  sums: readonly PartialSum[];
  finish: Groth16Proof;
  wipe: undefined;
}

/** The bytes of a result that tell something of the witness: whoever gets them moves them on or wipes them. */
export function secretsIn(result: ThreadResults[ThreadTask["kind"]]): Uint8Array<ArrayBuffer>[] {
  if (Array.isArray(result))
    return (result as ThreadResults["sums"]).map(({ point }) => point as Uint8Array<ArrayBuffer>);
  return result !== undefined && "scalars" in result && result.scalars !== undefined ? [result.scalars] : [];
}

/** The bytes of a task that tell something of the witness. */
export function secretsOf(task: ThreadTask): readonly Uint8Array[] {
  if (task.kind === "finish") return task.parts.map(({ point }) => point);
  return task.kind === "sums" && task.scalars !== undefined ? [task.scalars] : [];
}
