/**
 * A WebAssembly instance that is worked on in place: operands stay in its memory and are named by their byte offset, so that
 * millions of operations copy nothing. How room is found is the code's own business, so `alloc` is.
 *
 * @module
 */
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";

const PAGE = 0x10000;
/** Most that WebAssembly addresses with 32-bit offsets, less a page. */
const MAX_BYTES = 2 ** 32 - PAGE;

/** Bytes of a whole number, little-endian. */
export const INTEGER = 32;

/** Byte offset into an instance's memory. */
export type Pointer = number;
export type WasmFunctions = Readonly<Record<string, (...args: number[]) => number>>;

export abstract class WasmInstance {
  protected constructor(
    /** The instance's functions by name. */
    readonly call: WasmFunctions,
    protected readonly memory: WebAssembly.Memory,
  ) {}

  /** Instantiates `module` over a memory of `pages`, which only ever grows. */
  protected static async instantiate(
    module: WebAssembly.Module,
    pages: number,
  ): Promise<[WasmFunctions, WebAssembly.Memory]> {
    const memory = new WebAssembly.Memory({ initial: pages });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return [exports as WasmFunctions, memory];
  }

  abstract alloc(bytes: number): Pointer;

  /** Makes sure that there is memory up to `end`. @throws RangeError when there can't be */
  protected reach(end: number): void {
    if (end > MAX_BYTES) throw new RangeError(`WebAssembly can't address ${end} bytes`);
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
  }

  /** Allocates room for `bytes` and copies them in. */
  put(bytes: Uint8Array): Pointer {
    const pointer = this.alloc(bytes.byteLength);
    this.bytes(pointer, bytes.byteLength).set(bytes);
    return pointer;
  }

  /** A whole number below 2^256, in plain form. */
  putInteger(value: bigint): Pointer {
    return this.put(numberToBytesLE(value, INTEGER));
  }

  /** The memory itself: valid until the next `alloc`. */
  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer, length);
  }

  integer(pointer: Pointer): bigint {
    return bytesToNumberLE(this.bytes(pointer, INTEGER));
  }

  /** Overwrites the whole memory; the instance is of no use afterwards. */
  wipe(): void {
    new Uint8Array(this.memory.buffer).fill(0);
  }
}
