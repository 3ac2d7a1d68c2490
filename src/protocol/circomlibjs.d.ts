/** The part of circomlibjs that we use; the package ships no types. */
declare module "circomlibjs" {
  export interface Poseidon {
    (inputs: readonly bigint[]): Uint8Array;
    F: { toObject(element: Uint8Array): bigint };
  }
  export function buildPoseidon(): Promise<Poseidon>;
  export function buildPoseidonReference(): Promise<Poseidon>;
}
