/**
 * What a thread of the prover does, whatever starts it: it keeps its share of each key that it was given and works on
 * one proof at a time. The first thread is the lead: witness, quotient and the last step are its own.
 *
 * @module
 */
import type { Groth16Proof } from "../prove/groth16.ts";
import type { CircuitInputs } from "../prove/prover.ts";
import { finish } from "./finish.ts";
import { INTEGER, Kernel, type Pointer } from "./kernel.ts";
import type { Piece } from "./plan.ts";
import { Quotient } from "./quotient.ts";
import { SumShare, type PartialSum } from "./sums.ts";
import { calculateWitness } from "./witness.ts";
import { readLayout, type KeyLayout, type KeySource } from "./zkey.ts";

/** `key` names a key; a thread loads it once. A buffer that comes with a task is the thread's to wipe. */
export type Task =
  | { readonly kind: "load"; readonly key: string; readonly code: WebAssembly.Module; readonly pieces: readonly Piece[]; readonly circuit: WebAssembly.Module | undefined }
  | { readonly kind: "witness"; readonly key: string; readonly inputs: CircuitInputs }
  | { readonly kind: "quotient"; readonly key: string; readonly share: boolean }
  | { readonly kind: "sums"; readonly key: string; readonly over: "witness" | "quotient"; readonly scalars?: Uint8Array | undefined }
  | { readonly kind: "finish"; readonly key: string; readonly parts: readonly PartialSum[] }
  | { readonly kind: "wipe"; readonly key: string };

/** Results by kind of task. */
export interface Results {
  load: undefined;
  witness: { readonly signals: readonly bigint[]; readonly witness: Uint8Array };
  /** H's scalars for other threads, where these were asked for. */
  quotient: Uint8Array | undefined;
  sums: readonly PartialSum[];
  finish: Groth16Proof;
  wipe: undefined;
}

interface LoadedKey {
  readonly kernel: Kernel;
  readonly layout: KeyLayout;
  readonly share: SumShare;
  /** The lead's alone. */
  readonly quotient: Quotient | undefined;
  readonly circuit: WebAssembly.Module | undefined;
  /** Scalars of the sums: one per wire, one per point of the domain. */
  readonly witness: Pointer;
  readonly h: Pointer;
}

export class Thread {
  private readonly keys = new Map<string, LoadedKey>();

  /** @param open gives a key's bytes by the key's name */
  constructor(private readonly open: (key: string) => KeySource) {}

  async run(task: Task): Promise<Results[Task["kind"]]> {
    if (task.kind === "load") return this.load(task);
    const key = this.keys.get(task.key);
    if (key === undefined) throw new Error(`no key ${task.key} is loaded`);
    const { kernel, layout, witness, h } = key;
    switch (task.kind) {
      case "witness": return proveWitness(key, task.inputs);
      case "quotient":
        key.quotient!.run(witness, h);
        return task.share ? kernel.bytes(h, layout.domain * INTEGER).slice() : undefined;
      case "sums": {
        const at = task.over === "witness" ? witness : h;
        if (task.scalars !== undefined) take(kernel, at, task.scalars);
        return [...key.share.run(({ sum }) => (sum === "h") === (task.over === "quotient"), at)];
      }
      case "finish": return finish(kernel, layout, task.parts);
      case "wipe":
        kernel.bytes(witness, layout.wires * INTEGER).fill(0);
        kernel.bytes(h, layout.domain * INTEGER).fill(0);
        return undefined;
    }
  }

  private async load({ key, code, pieces, circuit }: Extract<Task, { kind: "load" }>): Promise<undefined> {
    if (this.keys.has(key)) return;
    const kernel = await Kernel.create(code);
    const source = this.open(key);
    const layout = readLayout(source);
    const witness = kernel.alloc(layout.wires * INTEGER);
    const h = kernel.alloc(layout.domain * INTEGER);
    const share = SumShare.load(kernel, layout, source, pieces);
    const quotient = circuit && Quotient.load(kernel, layout, source);
    this.keys.set(key, { kernel, layout, share, quotient, circuit, witness, h });
  }
}

async function proveWitness({ kernel, layout, circuit, witness: at }: LoadedKey, inputs: CircuitInputs): Promise<Results["witness"]> {
  const witness = await calculateWitness(circuit!, inputs);
  const wires = witness.byteLength / INTEGER;
  if (wires !== layout.wires) throw new Error(`Invalid witness length. Circuit: ${layout.wires}, witness: ${wires}`);
  kernel.bytes(at, witness.byteLength).set(witness);
  // Wire 0 is the constant 1.
  const signals = Array.from({ length: layout.publicSignals }, (_, i) => kernel.integer(at + INTEGER * (i + 1)));
  return { signals, witness };
}

function take(kernel: Kernel, at: Pointer, bytes: Uint8Array): void {
  kernel.bytes(at, bytes.byteLength).set(bytes);
  bytes.fill(0);
}
