/**
 * What a thread of the prover does, whatever starts it: it keeps its share of each key that it was given and works on
 * one proof at a time. The first thread is the lead: witness, quotient and the last step are its own.
 *
 * @module
 */
import type { Groth16Proof } from "../prove/groth16.ts";
import type { CircuitInputs } from "../prove/prover.ts";
import { INTEGER, type Pointer } from "../wasmInstance.ts";
import { finish } from "./finish.ts";
import { Kernel } from "./kernel.ts";
import { plan, type SumName } from "./plan.ts";
import type { KeyFile } from "./platform.ts";
import { Quotient } from "./quotient.ts";
import { SumShare, type PartialSum } from "./sums.ts";
import { calculateWitness } from "./witness.ts";
import { readLayout, type KeyLayout, type KeySource } from "./zkey.ts";

/** `key` names a key; a thread loads it once. A buffer that comes with a task is the thread's to wipe. */
export type Task =
  | {
    readonly kind: "load"; readonly key: string; readonly file: KeyFile; readonly code: WebAssembly.Module;
    /** This thread's place among `threads`. Only the lead, thread 0, needs the circuit. */
    readonly thread: number; readonly threads: number; readonly circuit: WebAssembly.Module | undefined;
  }
  | { readonly kind: "witness"; readonly key: string; readonly inputs: CircuitInputs }
  | { readonly kind: "quotient"; readonly key: string; readonly share: boolean }
  | { readonly kind: "sums"; readonly key: string; readonly over: "witness" | "quotient"; readonly scalars?: Uint8Array<ArrayBuffer> | undefined }
  | { readonly kind: "finish"; readonly key: string; readonly parts: readonly PartialSum[] }
  | { readonly kind: "wipe"; readonly key: string };

/** Results by kind of task. `scalars` are for other threads. */
export interface Results {
  /** The sums that the thread has a part in. */
  load: readonly SumName[];
  witness: { readonly signals: readonly bigint[]; readonly scalars: Uint8Array<ArrayBuffer> };
  /** H's, where these were asked for. */
  quotient: { readonly scalars?: Uint8Array<ArrayBuffer> };
  sums: readonly PartialSum[];
  finish: Groth16Proof;
  wipe: undefined;
}

interface LoadedKey {
  readonly kernel: Kernel;
  readonly layout: KeyLayout;
  readonly sums: readonly SumName[];
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

  /** @param open gives a key's bytes */
  constructor(private readonly open: (file: KeyFile) => KeySource) {}

  async run(task: Task): Promise<Results[Task["kind"]]> {
    if (task.kind === "load") return this.load(task);
    const key = this.keys.get(task.key);
    if (key === undefined) throw new Error(`no key ${task.key} is loaded`);
    const { kernel, layout, witness, h } = key;
    switch (task.kind) {
      case "witness": return proveWitness(key, task.inputs);
      case "quotient":
        key.quotient!.run(witness, h);
        return task.share ? { scalars: kernel.bytes(h, layout.domain * INTEGER).slice() } : {};
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

  private async load({ key: name, file, code, thread, threads, circuit }: Extract<Task, { kind: "load" }>): Promise<Results["load"]> {
    const known = this.keys.get(name);
    if (known !== undefined) return known.sums;
    const kernel = await Kernel.create(code);
    const source = this.open(file);
    const layout = readLayout(source);
    const pieces = plan(layout, threads)[thread]!;
    const sums = pieces.map(({ sum }) => sum);
    const witness = kernel.alloc(layout.wires * INTEGER);
    const h = kernel.alloc(layout.domain * INTEGER);
    const share = SumShare.load(kernel, layout, source, pieces);
    const quotient = circuit && Quotient.load(kernel, layout, source);
    this.keys.set(name, { kernel, layout, sums, share, quotient, circuit, witness, h });
    return sums;
  }
}

async function proveWitness({ kernel, layout, circuit, witness: at }: LoadedKey, inputs: CircuitInputs): Promise<Results["witness"]> {
  const scalars = await calculateWitness(circuit!, inputs);
  const wires = scalars.byteLength / INTEGER;
  if (wires !== layout.wires) throw new Error(`Invalid witness length. Circuit: ${layout.wires}, witness: ${wires}`);
  kernel.bytes(at, scalars.byteLength).set(scalars);
  // Wire 0 is the constant 1.
  const signals = Array.from({ length: layout.publicSignals }, (_, i) => kernel.integer(at + INTEGER * (i + 1)));
  return { signals, scalars };
}

function take(kernel: Kernel, at: Pointer, bytes: Uint8Array): void {
  kernel.bytes(at, bytes.byteLength).set(bytes);
  bytes.fill(0);
}
