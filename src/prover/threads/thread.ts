/**
 * What a thread of the prover does, whatever starts it: it keeps its share of each key that it was given and works on
 * one proof at a time. The first thread is the lead: witness, quotient and the last step are its own.
 *
 * @module
 */
import type { CircuitInputs } from "../../statements/request.ts";
import { INTEGER, type Pointer } from "../../base/wasm.ts";
import { finish } from "./finish.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { plan } from "./plan.ts";
import { Quotient } from "./quotient.ts";
import { SumShare, overOf } from "./sums.ts";
import { secretsOf, type KeyFile, type Scalars, type ThreadResults, type ThreadTask } from "./task.ts";
import { calculateWitness } from "./witness.ts";
import { readLayout, type KeyLayout, type KeySource } from "../../groth16/zkey.ts";

interface LoadedKey {
  readonly kernel: Kernel;
  readonly layout: KeyLayout;
  readonly share: SumShare;
  /** The lead's alone. */
  readonly quotient: Quotient | undefined;
  readonly circuit: WebAssembly.Module | undefined;
  /** Scalars of the sums: the quotient's, one per point of the domain, and behind them the witness, one per wire. */
  readonly scalars: Pointer;
  readonly witness: Pointer;
}

export class Thread {
  private readonly keys = new Map<string, LoadedKey>();

  /** @param open gives a key's bytes */
  constructor(private readonly open: (file: KeyFile) => KeySource) {}

  async run(task: ThreadTask): Promise<ThreadResults[ThreadTask["kind"]]> {
    try {
      return await (task.kind === "load" ? this.load(task) : this.work(task));
    } finally {
      for (const bytes of secretsOf(task)) bytes.fill(0);
    }
  }

  private async work(task: Exclude<ThreadTask, { kind: "load" }>): Promise<ThreadResults[ThreadTask["kind"]]> {
    const key = this.keys.get(task.key);
    if (key === undefined) throw new Error(`no key ${task.key} is loaded`);
    const { kernel, layout, scalars, witness } = key;
    switch (task.kind) {
      case "witness":
        await placeWitness(key, task.inputs);
        return { signals: publicSignals(key), ...(task.share && { scalars: copyOf(kernel, witness, layout.wires) }) };
      case "quotient":
        key.quotient!.run(witness, scalars);
        return task.share ? { scalars: copyOf(kernel, scalars, layout.domain) } : {};
      case "sums": {
        const at = task.over === "witness" ? witness : scalars;
        if (task.scalars !== undefined) kernel.bytes(at, task.scalars.byteLength).set(task.scalars);
        return [...key.share.run(task.over, scalars)];
      }
      case "finish":
        return finish(kernel, layout, task.parts);
      case "wipe":
        kernel.bytes(scalars, (layout.domain + layout.wires) * INTEGER).fill(0);
        kernel.wipeTemporaries();
        return undefined;
    }
  }

  private async load({
    key: name,
    file,
    code,
    thread,
    threads,
    circuit,
    tableRoom,
  }: Extract<ThreadTask, { kind: "load" }>): Promise<ThreadResults["load"]> {
    // Another thread may have failed to load it, and then all are asked again.
    this.keys.delete(name);
    const kernel = await Kernel.create(code);
    const source = this.open(file);
    const layout = readLayout(source);
    const { pieces, stretches, tableBytes } = plan(layout, threads, tableRoom);
    const mine = pieces[thread]!;
    const scalars = kernel.alloc((layout.domain + layout.wires) * INTEGER);
    const witness = scalars + layout.domain * INTEGER;
    const share = SumShare.load(kernel, layout, source, mine, stretches);
    const quotient = circuit && Quotient.load(kernel, layout, source);
    this.keys.set(name, { kernel, layout, share, quotient, circuit, scalars, witness });
    return { needs: [...new Set(mine.map(({ part }) => overOf(part)))], tableBytes };
  }
}

async function placeWitness({ kernel, layout, circuit, witness }: LoadedKey, inputs: CircuitInputs): Promise<void> {
  const values = await calculateWitness(circuit!, inputs);
  try {
    const wires = values.byteLength / INTEGER;
    if (wires !== layout.wires) throw new Error(`Invalid witness length. Circuit: ${layout.wires}, witness: ${wires}`);
    kernel.bytes(witness, values.byteLength).set(values);
  } finally {
    values.fill(0);
  }
}

/** Wire 0 is the constant 1, then come the public ones. */
const publicSignals = ({ kernel, layout, witness }: LoadedKey): bigint[] =>
  Array.from({ length: layout.publicSignals }, (_, i) => kernel.integer(witness + INTEGER * (i + 1)));

const copyOf = (kernel: Kernel, at: Pointer, count: number): Scalars => kernel.bytes(at, count * INTEGER).slice();
