/**
 * bn254 in WebAssembly, worked on in place: operands stay in the instance's memory and are named by their byte offset,
 * so that millions of field and point operations copy nothing. Field elements take 32 bytes, little-endian; affine
 * points 64 (G1) or 128 (G2), Jacobian ones half as much again.
 *
 * @module
 */
export const FIELD_BYTES = 32;
const PAGE = 0x10000;
/** Pages that wasmcurves' code expects to start with. */
const INITIAL_PAGES = 25;
/** Most that WebAssembly addresses with 32-bit offsets, less a page. */
const MAX_BYTES = 2 ** 32 - PAGE;

export type Group = "g1" | "g2";
export const AFFINE_BYTES: Record<Group, number> = { g1: 64, g2: 128 };
export const JACOBIAN_BYTES: Record<Group, number> = { g1: 96, g2: 192 };

/** Byte offset into the instance's memory. */
export type Pointer = number;

/** Compiled code and where it keeps the Jacobian generators; made by bn254Code.ts, sent to threads as it is. */
export interface Bn254Code {
  readonly module: WebAssembly.Module;
  readonly generators: Readonly<Record<Group, Pointer>>;
}

/** One WebAssembly instance of bn254 with a memory that only grows until it is wiped. */
export class Bn254 {
  private constructor(
    /** The instance's functions, as wasmcurves names them: `frm_mul`, `g1m_addMixed`, … */
    readonly call: Readonly<Record<string, (...args: number[]) => number>>,
    private readonly memory: WebAssembly.Memory,
    /** Jacobian generators. */
    readonly generators: Readonly<Record<Group, Pointer>>,
  ) {}

  static async create({ module, generators }: Bn254Code): Promise<Bn254> {
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return new Bn254(exports as Record<string, (...args: number[]) => number>, memory, generators);
  }

  /** Reserves `bytes`, zeroed, and makes sure that wasmcurves finds as much again for its own scratch space. */
  alloc(bytes: number): Pointer {
    const { memory } = this;
    const free = new Uint32Array(memory.buffer, 0, 1);
    const start = Math.ceil(free[0]! / 8) * 8;
    this.reserve(2 * bytes + 8);
    new Uint32Array(memory.buffer, 0, 1)[0] = start + bytes;
    this.bytes(start, bytes).fill(0);
    return start;
  }

  /** Makes sure that `scratch` bytes lie above the allocated ones. */
  reserve(scratch: number): void {
    const { memory } = this;
    const top = new Uint32Array(memory.buffer, 0, 1)[0]! + scratch + PAGE;
    if (top > MAX_BYTES) throw new RangeError(`bn254 needs ${top} bytes of WebAssembly memory, more than there can be`);
    if (top > memory.buffer.byteLength) memory.grow(Math.ceil((top - memory.buffer.byteLength) / PAGE));
  }

  /** Reserves room for `bytes` and copies them in. */
  put(bytes: Uint8Array): Pointer {
    const pointer = this.alloc(bytes.byteLength);
    this.bytes(pointer, bytes.byteLength).set(bytes);
    return pointer;
  }

  /** A field element, given as a whole number, in plain (not Montgomery) form. */
  putInteger(value: bigint): Pointer {
    return this.put(integerBytes(value));
  }

  /** The memory itself: valid until the next `alloc`. */
  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer, length);
  }

  words(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Overwrites the whole memory; the instance is of no use afterwards. */
  wipe(): void {
    new Uint8Array(this.memory.buffer).fill(0);
  }
}

/** Little-endian bytes of a field element. */
export function integerBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(FIELD_BYTES);
  for (let i = 0, rest = value; i < FIELD_BYTES; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
