declare module "circom_runtime" {
  export function WitnessCalculatorBuilder(wasm: Uint8Array): Promise<{
    calculateWitness(inputs: unknown, sanityCheck: boolean): Promise<bigint[]>;
  }>;
}
