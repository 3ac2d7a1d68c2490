/**
 * One instance of the WebAssembly kernel (kernel/); its memory is a stack of blocks.
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import { WasmInstance, type Pointer } from "../base/wasm.ts";

/** The kernel is compiled for so many at least. */
const INITIAL_PAGES = 2;
/** `fromInteger` and friends read a few bytes past an element. */
const SLACK = 64;

/** Bytes of a field element in the kernel: nine limbs. G1 and G2 coordinates take one and two of them. */
export const ELEMENT = 36;
export type GroupName = "g1" | "g2";
/** Field elements in a coordinate. */
const COORDINATE: Readonly<Record<GroupName, number>> = { g1: 1, g2: 2 };
export const affineBytes = (group: GroupName): number => 2 * ELEMENT * COORDINATE[group];
export const jacobianBytes = (group: GroupName): number => 3 * ELEMENT * COORDINATE[group];

/** Functions go by `module_name`: fq_mul, g1_msm_msm, … */
export class Kernel extends WasmInstance {
  private top = align(this.call["heapBase"]!());
  /** What lies below the heap: constants, and the temporaries of every formula. */
  private readonly statics = this.bytes(0, this.call["heapBase"]!()).slice();

  static async create(code: WebAssembly.Module): Promise<Kernel> {
    return new Kernel(...(await WasmInstance.instantiate(code, INITIAL_PAGES)));
  }

  /** Reserves `bytes`, 8-byte aligned; what is in them is undefined. @throws ProofError when memory runs out */
  alloc(bytes: number): Pointer {
    const start = this.top;
    // The kernel's own counts of bytes are 32 bits without a sign, which JavaScript reads with one.
    const end = align(start + (bytes < 0 ? bytes + 2 ** 32 : bytes));
    try {
      this.reach(end + SLACK);
    } catch (cause) {
      throw new ProofError("memory", `ran out at ${Math.ceil(start / 2 ** 20)} MiB in one thread`, { cause });
    }
    this.top = end;
    return start;
  }

  /** Overwrites the temporaries, in which the last values worked on are left. */
  wipeTemporaries(): void {
    this.bytes(0, this.statics.byteLength).set(this.statics);
  }

  /** Runs `work` and frees, after overwriting it with zeros, all that it allocated. */
  scoped<T>(work: () => T): T {
    const start = this.top;
    try {
      return work();
    } finally {
      this.bytes(start, this.top - start).fill(0);
      this.top = start;
    }
  }
}

const align = (at: number): number => Math.ceil(at / 8) * 8;
