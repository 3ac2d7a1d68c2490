/**
 * One instance of the WebAssembly kernel (kernel/) and its memory: a stack of blocks that calls name by byte offset.
 *
 * @module
 */
import { ProofError } from "../errors.ts";

const PAGE = 0x10000;
/** Most that WebAssembly addresses with 32-bit offsets, less a page. */
const MAX_BYTES = 2 ** 32 - PAGE;
/** `fromInteger` and friends read a few bytes past an element. */
const SLACK = 64;

/** Bytes of a field element in the kernel: nine limbs. G1 and G2 coordinates take one and two of them. */
export const ELEMENT = 36;
/** Bytes of an element as a whole number, little-endian. */
export const INTEGER = 32;
export type GroupName = "g1" | "g2";
/** Field elements in a coordinate. */
const COORDINATE: Readonly<Record<GroupName, number>> = { g1: 1, g2: 2 };
export const affineBytes = (group: GroupName): number => 2 * ELEMENT * COORDINATE[group];
export const jacobianBytes = (group: GroupName): number => 3 * ELEMENT * COORDINATE[group];

/** Byte offset into the kernel's memory. */
export type Pointer = number;

export class Kernel {
  private top: number;

  private constructor(
    /** The kernel's functions, as `module_name`: fq_mul, g1_msm_msm, … */
    readonly call: Readonly<Record<string, (...args: number[]) => number>>,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.top = this.align(call["heapBase"]!());
  }

  static async create(code: WebAssembly.Module): Promise<Kernel> {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const { exports } = await WebAssembly.instantiate(code, { env: { memory } });
    return new Kernel(exports as Record<string, (...args: number[]) => number>, memory);
  }

  /** Reserves `bytes`, 8-byte aligned; what is in them is undefined. */
  alloc(bytes: number): Pointer {
    const start = this.top;
    this.top = this.align(start + bytes);
    const missing = this.top + SLACK - this.memory.buffer.byteLength;
    try {
      if (this.top > MAX_BYTES) throw new RangeError("past what WebAssembly addresses");
      if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      this.top = start;
      throw new ProofError("memory", `ran out at ${Math.ceil(start / 2 ** 20)} MiB in one thread`, { cause });
    }
    return start;
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

  put(bytes: Uint8Array): Pointer {
    const pointer = this.alloc(bytes.byteLength);
    this.bytes(pointer, bytes.byteLength).set(bytes);
    return pointer;
  }

  putInteger(value: bigint): Pointer {
    return this.put(integerBytes(value));
  }

  /** The memory itself: valid until the next `alloc`. */
  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer, length);
  }

  integer(pointer: Pointer): bigint {
    return readInteger(this.bytes(pointer, INTEGER));
  }

  private align(at: number): number {
    return Math.ceil(at / 8) * 8;
  }
}

/** 32 little-endian bytes. */
export function integerBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(INTEGER);
  const words = new BigUint64Array(bytes.buffer);
  for (let i = 0; i < 4; i++) words[i] = value >> BigInt(64 * i);
  return bytes;
}

/** The whole number in little-endian bytes. */
export function readInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
