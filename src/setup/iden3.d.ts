/** The parts of iden3's packages that the set-up and the kernel's tests use; they ship no types. */
declare module "ffjavascript" {
  export interface Curve {
    readonly tm: {
      /** The WebAssembly code; present when the curve was built for a single thread. */
      readonly code: Uint8Array<ArrayBuffer>;
      /** Where the code keeps the Jacobian generators. */
      readonly pG1gen: number;
      readonly pG2gen: number;
    };
    /** Elements are 32 bytes in Montgomery form. */
    readonly Fr: {
      /** `w[k]`: root of unity of order 2^k. */
      readonly w: readonly Uint8Array[];
      e(value: number): Uint8Array;
      fft(values: Uint8Array): Promise<Uint8Array>;
      ifft(values: Uint8Array): Promise<Uint8Array>;
      /** Element i times first · step^i. */
      batchApplyKey(values: Uint8Array, first: Uint8Array, step: Uint8Array): Promise<Uint8Array>;
    };
    terminate(): Promise<void>;
  }
  export function buildBn128(singleThread?: boolean): Promise<Curve>;
}

declare module "@iden3/binfileutils" {
  export interface BinFile {
    pos: number;
    read(bytes: number): Promise<Uint8Array>;
    readULE32(): Promise<number>;
    write(bytes: Uint8Array): Promise<void>;
    writeULE32(value: number): Promise<void>;
    close(): Promise<void>;
  }
  export type Sections = readonly (readonly { readonly p: number; readonly size: number }[] | undefined)[];
  export function readBinFile(
    path: string,
    type: string,
    maxVersion: number,
    cacheBytes?: number,
    pageBytes?: number,
  ): Promise<{ fd: BinFile; sections: Sections }>;
  export function createBinFile(
    path: string,
    type: string,
    version: number,
    sections: number,
    cacheBytes?: number,
    pageBytes?: number,
  ): Promise<BinFile>;
  export function startWriteSection(fd: BinFile, id: number): Promise<void>;
  export function endWriteSection(fd: BinFile): Promise<void>;
  export function startReadUniqueSection(fd: BinFile, sections: Sections, id: number): Promise<void>;
  export function endReadSection(fd: BinFile, noCheck?: boolean): Promise<void>;
  export function readSection(fd: BinFile, sections: Sections, id: number): Promise<Uint8Array>;
  export function writeBigInt(fd: BinFile, value: bigint, bytes: number): Promise<void>;
  export function readBigInt(fd: BinFile, bytes: number): Promise<bigint>;
}

declare module "r1csfile" {
  import type { BinFile, Sections } from "@iden3/binfileutils";
  export interface R1csHeader {
    readonly n8: number;
    readonly prime: bigint;
    readonly nVars: number;
    readonly nOutputs: number;
    readonly nPubInputs: number;
    readonly nPrvInputs: number;
    readonly nLabels: number;
    readonly nConstraints: number;
    readonly useCustomGates: boolean;
  }
  export function readR1csHeader(fd: BinFile, sections: Sections, options: { F: { p: bigint } }): Promise<R1csHeader>;
}
