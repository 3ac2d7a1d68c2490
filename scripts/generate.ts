/**
 * Writes every copy of src/protocol/constants.ts in another language, code taken from packages, and the contracts' interfaces for
 * their clients. `--check`
 * writes nothing and fails when a copy differs. Interfaces come last: they follow from what is written before.
 */
import { readFile } from "node:fs/promises";
import { abiTypescript } from "./abi.ts";
import { cephesTypescript } from "./cephes.ts";
import { protocolCircom } from "../src/setup/protocolCircom.ts";
import { poseidonSolidity } from "../src/setup/poseidonSolidity.ts";
import { protocolSolidity, protocolTypesSolidity } from "../src/setup/protocolSolidity.ts";
import { proofJsonSchema } from "../src/groth16/proofSchema.ts";
import { writeAtomic } from "../src/base/files.ts";
import { helpIfAsked } from "./help.ts";

helpIfAsked(`
npm run generate -- [--check]
Writes every copy of src/protocol/constants.ts in another language, and the contracts' interfaces; --check compares and writes nothing.
`);

const copies: readonly (readonly [path: string, text: () => string | Promise<string>])[] = [
  ["circuits/lib/protocol.circom", protocolCircom],
  ["contracts/generated/Protocol.sol", protocolSolidity],
  ["contracts/interfaces/ProtocolTypes.sol", protocolTypesSolidity],
  ["contracts/generated/Poseidon2.sol", poseidonSolidity],
  ["schemas/proof.schema.json", proofJsonSchema],
  ["src/risk/cephesCode.ts", cephesTypescript],
  ["src/chain/abi.ts", abiTypescript],
];

const stale: string[] = [];
for (const [path, generate] of copies) {
  const text = await generate();
  if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
  stale.push(path);
  if (!process.argv.includes("--check")) await writeAtomic(path, text);
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`${stale.join(", ")}: differs from what it is generated from; run npm run generate`);
  process.exit(1);
}
console.log(stale.length === 0 ? "generated files are up to date" : `wrote ${stale.join(", ")}`);
