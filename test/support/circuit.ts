/**
 * A compiled circuit for tests: witnesses, and constraints checked one by one against any list of wires, so that a
 * forged wire can be shown to break something, and what it breaks.
 *
 * @module
 */
import { readFile, readdir } from "node:fs/promises";
import { WitnessCalculatorBuilder } from "circom_runtime";
import { FIELD, type CircuitName, type TierName } from "../../src/protocol/constants.ts";
import type { CircuitInputs } from "../../src/statements/request.ts";
import { readR1cs } from "../../src/setup/r1cs.ts";
import { compiled, type Compiled } from "./artifacts.ts";

type Terms = readonly (readonly [wire: number, coefficient: bigint])[];
interface Constraint {
  readonly a: Terms;
  readonly b: Terms;
  readonly c: Terms;
}

const mod = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;

export class Circuit {
  private constructor(
    readonly constraints: readonly Constraint[],
    /** Name of each wire, `main.` left out; eliminated signals have none. */
    readonly names: readonly string[],
    /** Every signal's wire by name. */
    readonly wires: ReadonlyMap<string, number>,
    private readonly calculator: Awaited<ReturnType<typeof WitnessCalculatorBuilder>>,
  ) {}

  static async load(circuit: CircuitName, tier: TierName): Promise<Circuit> {
    return Circuit.from(await compiled(circuit, tier));
  }

  static async from(paths: Compiled): Promise<Circuit> {
    const [{ bytes, constraints }, sym, wasm] = await Promise.all([
      readR1cs(paths.r1cs),
      readFile(paths.sym, "utf8"),
      readFile(paths.wasm),
    ]);
    const names: string[] = ["one"];
    const wires = new Map<string, number>();
    for (const line of sym.split("\n")) {
      const [, wire, , name] = line.split(",");
      if (wire === undefined || name === undefined || wire === "-1") continue;
      names[Number(wire)] ??= name.replace(/^main\./, "");
      wires.set(name.replace(/^main\./, ""), Number(wire));
    }
    return new Circuit(parse(bytes, constraints), names, wires, await WitnessCalculatorBuilder(wasm));
  }

  /** Throws when the inputs break a rule; the message is the source line that failed and those that called it. */
  async witness(inputs: CircuitInputs): Promise<bigint[]> {
    try {
      return await this.calculator.calculateWitness(inputs, true);
    } catch (error) {
      // The runtime never clears its messages: what was there before belongs to earlier calls.
      const text = (error as Error).message;
      const trace = text.slice(this.told.length);
      this.told = text;
      throw new Error(await sourceLines(trace), { cause: error });
    }
  }
  private told = "";

  /** The rule that stops these inputs, or "accepted". */
  async verdict(inputs: CircuitInputs): Promise<string> {
    return this.witness(inputs).then(
      () => "accepted",
      (error: Error) => error.message,
    );
  }

  /** Constraints that do not hold. */
  broken(witness: readonly bigint[], among: Iterable<number> = this.constraints.keys()): number[] {
    const value = (terms: Terms): bigint => terms.reduce((sum, [wire, k]) => sum + k * witness[wire]!, 0n);
    return [...among].filter((i) => {
      const { a, b, c } = this.constraints[i]!;
      return mod(value(a) * value(b) - value(c)) !== 0n;
    });
  }

  /** Constraints that a wire is in. */
  private readonly uses = new Map<number, number[]>();
  constraintsOf(wire: number): readonly number[] {
    if (this.uses.size === 0) {
      this.constraints.forEach(({ a, b, c }, i) => {
        for (const used of new Set([...a, ...b, ...c].map(([w]) => w))) {
          const list = this.uses.get(used);
          if (list === undefined) this.uses.set(used, [i]);
          else list.push(i);
        }
      });
    }
    return this.uses.get(wire) ?? [];
  }

  /** Names of the wires of a constraint: what an auditor would look for. */
  describe(constraint: number): string[] {
    const { a, b, c } = this.constraints[constraint]!;
    return [...new Set([...a, ...b, ...c].map(([wire]) => this.names[wire] ?? `wire ${wire}`))];
  }
}

/** `Error in template Name_12 line: 34` as `Name: <code of line 34>`, innermost first; a comment there says nothing. */
async function sourceLines(trace: string): Promise<string> {
  const folders = [
    "circuits",
    "circuits/lib",
    "test/fixtures",
    "node_modules/circomlib/circuits",
    "node_modules/@zk-kit/binary-merkle-root.circom/src",
  ];
  const files = (
    await Promise.all(
      folders.map(async (dir) => (await readdir(dir)).filter((f) => f.endsWith(".circom")).map((f) => `${dir}/${f}`)),
    )
  ).flat();
  const frames = [...trace.matchAll(/template (\w+?)_\d+ line: (\d+)/g)];
  if (frames.length === 0) return trace;
  const lines = await Promise.all(
    frames.map(async ([, template, line]) => {
      for (const file of files) {
        const text = await readFile(file, "utf8");
        if (new RegExp(`template ${template}\\(`).test(text))
          return `${template}: ${text
            .split("\n")
            [Number(line) - 1]?.replace(/\/\/.*/, "")
            .trim()}`;
      }
      return `${template}: line ${line}`;
    }),
  );
  return lines.join("\n");
}

function parse(bytes: Uint8Array, count: number): Constraint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const terms = (): Terms => {
    const length = view.getUint32(at, true);
    at += 4;
    return Array.from({ length }, () => {
      const wire = view.getUint32(at, true);
      let coefficient = 0n;
      for (let word = 3; word >= 0; word--)
        coefficient = (coefficient << 64n) + view.getBigUint64(at + 4 + 8 * word, true);
      at += 36;
      return [wire, coefficient] as const;
    });
  };
  return Array.from({ length: count }, () => ({ a: terms(), b: terms(), c: terms() }));
}
