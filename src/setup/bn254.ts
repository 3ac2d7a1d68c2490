/**
 * bn254 in wasmcurves' WebAssembly. Field elements take 32 bytes, little-endian; affine points 64 (G1) or 128 (G2),
 * Jacobian ones half as much again.
 *
 * @module
 */
import { WasmInstance, type Pointer, type WasmFunctions } from "../base/wasm.ts";

export const FIELD_BYTES = 32;
const PAGE = 0x10000;
/** Pages that wasmcurves' code expects to start with. */
const INITIAL_PAGES = 25;

export type Group = "g1" | "g2";
export const AFFINE_BYTES: Record<Group, number> = { g1: 64, g2: 128 };
export const JACOBIAN_BYTES: Record<Group, number> = { g1: 96, g2: 192 };

/** Compiled code and where it keeps the Jacobian generators; made by bn254Code.ts, sent to threads as it is. */
export interface Bn254Code {
  readonly module: WebAssembly.Module;
  readonly generators: Readonly<Record<Group, Pointer>>;
}

/** One instance, with a memory that only grows until it is wiped. Functions as wasmcurves names them: `frm_mul`, `g1m_addMixed`, … */
export class Bn254 extends WasmInstance {
  private constructor(
    call: WasmFunctions,
    memory: WebAssembly.Memory,
    /** Jacobian generators. */
    readonly generators: Readonly<Record<Group, Pointer>>,
  ) {
    super(call, memory);
  }

  static async create({ module, generators }: Bn254Code): Promise<Bn254> {
    return new Bn254(...(await WasmInstance.instantiate(module, INITIAL_PAGES)), generators);
  }

  /** Reserves `bytes`, zeroed, and makes sure that wasmcurves finds as much again for its own scratch space. */
  alloc(bytes: number): Pointer {
    const start = Math.ceil(this.free() / 8) * 8;
    this.reserve(2 * bytes + 8);
    new Uint32Array(this.memory.buffer, 0, 1)[0] = start + bytes;
    this.bytes(start, bytes).fill(0);
    return start;
  }

  /** Makes sure that `scratch` bytes lie above the allocated ones. */
  reserve(scratch: number): void {
    this.reach(this.free() + scratch + PAGE);
  }

  words(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** wasmcurves keeps the end of what is allocated in the first word. */
  private free(): number {
    return new Uint32Array(this.memory.buffer, 0, 1)[0]!;
  }
}
