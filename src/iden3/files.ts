/**
 * iden3's file formats, constraint systems and keys; see snarkjs.ts for why this module is here.
 *
 * @module
 */
export {
  createBinFile,
  endWriteSection,
  readBinFile,
  readSection,
  startWriteSection,
  writeBigInt,
  type BinFile,
} from "@iden3/binfileutils";
export { readR1csHeader } from "r1csfile";
